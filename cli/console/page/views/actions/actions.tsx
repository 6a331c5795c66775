import type { Credential } from '../../model/answers.ts';

/** What a person can have done. */
export type Action = 'plan' | 'rotate' | 'rollback' | 'revoke' | 'pause' | 'resume';

/** The buttons. Each opens a dialog that shows first what would happen. */
export function Actions({ credential, onAction }: { credential: Credential; onAction: (action: Action) => void }) {
  const isPaused = credential.schedule.state === 'DISABLED';
  const button = (action: Action, label: string, look = '') => (
    <button type="button" class={look} onClick={() => onAction(action)}>
      {label}
    </button>
  );
  return (
    <div class="actions" role="toolbar" aria-label="Actions">
      {button('rotate', 'Rotate', 'primary')}
      {button('plan', 'Plan')}
      {button('rollback', 'Roll back')}
      {button('revoke', 'Revoke', 'danger')}
      {isPaused ? button('resume', 'Resume') : button('pause', 'Pause')}
    </div>
  );
}
