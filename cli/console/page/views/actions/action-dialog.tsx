import type { Credential } from '../../model/answers.ts';
import type { Action } from './actions.tsx';
import { RunDialog } from './run-dialog.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';

/** What every dialog about a credential gets. */
export interface DialogProps {
  readonly credential: Credential;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** The dialog of an action. */
export function ActionDialog({ action, ...props }: DialogProps & { readonly action: Action }) {
  if (action === 'pause' || action === 'resume') return <ScheduleDialog action={action} {...props} />;
  return <RunDialog action={action} {...props} />;
}
