import { parseDocument } from '../../credential/document.ts';
import { NO_SECRET } from '../../credential/secret/secret.ts';
import { type Acted, ANSWERED } from '../attempt/acted.ts';
import type { RetireQuestion, RotationQuestion } from '../decide/terms/action.ts';
import { needsOverlap } from '../decide/terms/checks.ts';
import { assertSameVersions, assertStillCurrent } from '../labels/labels.ts';
import { askToken } from '../observe/looks.ts';
import type { Look, Observation } from '../observe/observation.ts';
import { documentOf } from '../observe/observe.ts';
import { parsePending } from '../observe/pending.ts';
import { readPrevious } from '../observe/stored.ts';
import { type Run, timed } from '../run/context.ts';
import type { Answers } from '../run/known.ts';

const pendingContent = async ({ ports }: Run, { labels }: Look): Promise<Answers> => ({
  pendingContent: parsePending(await ports.store.read(labels.pending?.id ?? '')).kind,
});

/** How each question about a rotation is answered. None of them changes a secret. */
const ABOUT_ROTATION = {
  overlap: async (run, seen) => ({
    overlap: await timed(run, 'probe', () => askOverlap(run, seen)),
  }),
  'previous-document': async (run, { labels }) => ({
    previousDocument: await readPrevious(run, labels),
  }),
  'same-versions': async (run, { labels }) => {
    await assertSameVersions(run, labels);
    return { sameVersions: true };
  },
  'held-secret': async (run, { clientInUse }) => ({
    heldSecret: await askToken(run, documentOf(run.credential, clientInUse)),
  }),
  'pending-content': pendingContent,
} as const satisfies Record<RotationQuestion, (run: Run, seen: Observation) => Promise<Answers>>;

/** How each question about a retire is answered. */
const ABOUT_RETIRE = {
  'still-current': async (run, { labels }) => {
    await assertStillCurrent(run, labels);
    return { stillCurrent: true };
  },
  'retire-documents': async ({ ports }, { labels }) => {
    const document = async (id = '') => parseDocument((await ports.store.read(id)) ?? NO_SECRET);
    const [old, current] = await Promise.all([document(labels.previous?.id), document(labels.current?.id)]);
    return { retireDocuments: { old, current } };
  },
  'pending-content': pendingContent,
} as const satisfies Record<RetireQuestion, (run: Run, seen: Look) => Promise<Answers>>;

/**
 * Finds out what a decision about a rotation needs to know, and notes the answer in the ledger.
 *
 * @throws {LabelsMovedError} when the labels are no longer as they were observed
 */
export async function ask(run: Run, seen: Observation, question: RotationQuestion): Promise<Acted> {
  run.ledger.answered(await ABOUT_ROTATION[question](run, seen));
  return ANSWERED;
}

/** Finds out what a decision about a retire needs to know, and notes the answer in the ledger. */
export async function askForRetire(run: Run, seen: Look, question: RetireQuestion): Promise<void> {
  run.ledger.answered(await ABOUT_RETIRE[question](run, seen));
}

/** Where the answer would decide nothing, the client is only prepared. */
async function askOverlap({ ports, credential, request }: Run, seen: Observation): Promise<boolean | 'prepared'> {
  const { clientInUse: client } = seen;
  if (needsOverlap({ credential, request, seen })) return await ports.iam.probeOverlap(client);
  await ports.iam.prepareOverlap(client);
  return 'prepared';
}
