import { sameSecret } from '../../credential/secret/secret.ts';
import type { Finding } from '../../ports/audit/records.ts';
import { type ConnectorView, type Found, holds, isHandedOver, matches } from '../../rotation/observe/observation.ts';
import type { Check, Sight } from './sight.ts';

/** Does the current secret get a token? That the client as such cannot be used is no fault of its secret. */
export const secretRefused: Check = {
  kinds: ['secret-refused'],
  find: ({ answer, undisturbed }) => {
    if (!answer) return undefined;
    if (answer.accepted || answer.error === 'client-not-usable') return [];
    if (!undisturbed) return undefined;
    return [{ kind: 'secret-refused', detail: `The IAM refuses it: ${answer.error}: ${answer.description}` }];
  },
};

/** Does the IAM hold something else? Where a rotation was left unfinished, that one's candidate is no foreign secret. */
export const iamDiffers: Check = {
  kinds: ['iam-differs'],
  find: (sight) => {
    const seen = foundIn(sight);
    if (!seen) return undefined;
    const { clientInUse, current, pending } = seen;
    if (clientInUse.fault !== undefined || sameSecret(clientInUse.secret, current.document.clientSecret)) return [];
    // What a person has submitted waits for its run.
    if (seen.submission?.acceptedFor !== undefined) return [];
    if (seen.iamHoldsCandidate || pending?.content.kind === 'regenerate') return [];
    // An IAM that nobody can read tells by token requests alone: its refusal is a finding of its own.
    if (clientInUse.secret.isEmpty && !seen.answer.accepted) return [];
    return [
      {
        kind: 'iam-differs',
        about: clientInUse.clientId,
        detail: `${clientInUse.clientId} holds a secret of nobody's`,
      },
    ];
  },
};

/** Can the client be used at all? */
export const clientUnusable: Check = {
  kinds: ['client-unusable'],
  find: ({ seen, answer }) => {
    if (!seen) return answer?.accepted ? [] : undefined;
    const clients = new Map([seen.clientInUse, seen.clientToRenew].map((client) => [client.clientId, client]));
    return [...clients.values()].flatMap(({ clientId, fault }) =>
      fault === undefined ? [] : [{ kind: 'client-unusable', about: clientId, detail: fault } as const],
    );
  },
};

/** Does every connector hold the current secret, and by the proof that counts? One that waits for a person is told by the task. */
export const connectorsDiffer: Check = {
  kinds: ['connector-differs', 'connector-unproven'],
  find: (sight) => {
    const seen = foundIn(sight);
    return seen?.connectors.flatMap((view) => connectorFinding(view, seen));
  },
};

function connectorFinding(view: ConnectorView, { current, pending }: Found): Finding[] {
  const { connector, configuration, error } = view;
  const about = connector.name;
  if (error)
    return error.code === 'section-not-found' ? [{ kind: 'connector-differs', about, detail: error.message }] : [];
  if (holds(view, current.document) || isHandedOver(view, current.id)) return [];
  // The run that is unfinished has pushed its candidate: whoever finishes it says which secret stays.
  if (pending?.content.kind === 'candidate' && holds(view, pending.content.document)) return [];
  if (!matches(configuration, current.document))
    return [{ kind: 'connector-differs', about, detail: `${about} holds another secret than the current one` }];
  const proof = `known to be '${configuration.proof}', and the settings ask for '${connector.proof}'`;
  return [{ kind: 'connector-unproven', about, detail: `${about} holds the current secret, ${proof}` }];
}

/** Does a secret still work whose grace is over? */
export const endedSecretWorks: Check = {
  kinds: ['ended-secret-works'],
  find: ({ endedWorks, labels }) => {
    if (!labels) return undefined;
    if (!labels.previous) return [];
    if (endedWorks === undefined) return undefined;
    const { id } = labels.previous;
    return endedWorks
      ? [
          {
            kind: 'ended-secret-works',
            about: id,
            detail: `The IAM accepts the secret of version ${id} after its grace`,
          },
        ]
      : [];
  },
};

/** What was seen, where it tells of more than a rotation that is under way. */
function foundIn({ seen, undisturbed }: Sight): Found | undefined {
  return seen?.current && undisturbed ? { ...seen, current: seen.current } : undefined;
}
