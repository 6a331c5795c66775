import { RotationError } from '../../credential/errors.ts';
import { sameSecret } from '../../credential/secret/secret.ts';
import { holds, isHandedOver, type Look, type StoredDocument } from '../observe/observation.ts';
import { leaseLeftMs } from '../run/context.ts';
import type { RetireAction } from './terms/action.ts';
import { refusal, refuse } from './terms/checks.ts';
import type { Facts } from './terms/facts.ts';

/**
 * Decides the next thing that a retire does. It ends the secret of the version that it names, and nothing else: it does nothing
 * unless that version is AWSPREVIOUS, and waits while a connector holds another secret or another run is under way. Pure.
 *
 * @param versionId the version whose secret is to be ended
 */
export function decideRetire(facts: Facts<Look>, versionId: string): RetireAction {
  const { seen, known } = facts;
  const { labels, connectors } = seen;
  if (labels.previous?.id !== versionId || !labels.current) {
    if (known.answers.stillCurrent) return nothing('another version is AWSPREVIOUS');
    const reason = 'an answer that is merely old shows the labels as they were before the promote';
    return { kind: 'ask', question: 'still-current', reason };
  }
  const documents = known.answers.retireDocuments;
  if (!documents) {
    return { kind: 'ask', question: 'retire-documents', reason: 'which secret is to be ended, and which one stays' };
  }
  const { old, current } = documents;
  if (sameSecret(old.clientSecret, current.clientSecret)) return nothing('the previous secret is the current one');
  const reason = 'the grace of the previous secret is over';
  return (
    underWay(facts) ??
    refusal(connectors.map(behind({ id: labels.current.id, document: current }))) ?? {
      kind: 'retire',
      versionId,
      reason,
    }
  );
}

/** Another run has AWSPENDING. Only the intent of a retire that died is in nobody's hands. */
function underWay({ seen: { labels }, known, now, leaseMs }: Facts<Look>): RetireAction | undefined {
  const { pending, current } = labels;
  if (!pending || known.hasCleared(pending.id)) return undefined;
  const abandoned = leaseLeftMs(pending.createdAt, now, leaseMs) === 0 && pending.id !== current?.id;
  const content = known.answers.pendingContent;
  if (abandoned && !content)
    return { kind: 'ask', question: 'pending-content', reason: 'an abandoned version is pending' };
  if (abandoned && content === 'retire') return { kind: 'clear', versionId: pending.id, reason: 'another retire died' };
  const detail = 'A rotation is in progress or unfinished: AWSPENDING is on a version';
  return refuse(new RotationError('rotation-in-progress', detail));
}

/** Where a person was asked already, the retire waits for that person; elsewhere a run has to push, or to ask. */
function behind({ id, document }: Pick<StoredDocument, 'id' | 'document'>) {
  return (view: Look['connectors'][number]): RotationError | undefined => {
    if (view.error) return view.error;
    if (holds(view, document)) return undefined;
    if (isHandedOver(view, id))
      return new RotationError('awaiting-person', `${view.connector.name}: nobody has acknowledged the new secret yet`);
    return new RotationError('connector-behind', `${view.connector.name} does not hold the new secret yet`);
  };
}

function nothing(reason: string): RetireAction {
  return { kind: 'rest', outcome: 'unchanged', reason };
}
