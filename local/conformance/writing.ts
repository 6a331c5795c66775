import { isDeepStrictEqual } from 'node:util';
import { fingerprintOf } from '../stand-ins/connector/configuration.ts';
import { isObject, mergePatch } from '../stand-ins/connector/merge-patch.ts';
import { type ConnectorProbe, demand, type Reading } from './probe.ts';
import type { Rule } from './rules.ts';

const rules: readonly Omit<Rule, 'writes'>[] = [
  {
    title: 'PATCH answers 200 or 204 with a new ETag; the sections then hold the secret, and all else is as before',
    check: async (probe) => {
      const before = await readOurs(probe);
      const secret = probe.newSecret();
      const { etag } = await written(probe, before, { secret, places: before.ours });
      const after = await probe.read();
      demand(after.etag === etag, 'GET answers with another ETag than the PATCH did');
      assertHolds(before, after, { secret, places: before.ours });
    },
  },
  {
    title: 'PATCH of one section leaves every other section and field as it was',
    check: async (probe) => {
      const before = await readOurs(probe);
      const what = { secret: probe.newSecret(), places: before.ours.slice(0, 1) };
      await written(probe, before, what);
      assertHolds(before, await probe.read(), what);
    },
  },
  {
    title: 'the ETag changes at every write, also at one that repeats what is there',
    check: async (probe) => {
      const first = await readOurs(probe);
      const what = { secret: probe.newSecret(), places: first.ours };
      await written(probe, first, what);
      const second = await probe.read();
      await written(probe, second, what);
      const third = await probe.read();
      demand(new Set([first, second, third].map(({ etag }) => etag)).size === 3, 'two of three are the same');
    },
  },
  {
    title: 'PATCH with an ETag of before is refused with 412 and changes nothing',
    check: async (probe) => {
      const old = await readOurs(probe);
      const what = { secret: probe.newSecret(), places: old.ours };
      await written(probe, old, what);
      const before = await probe.read();
      const { status } = await probe.write(before, { ...what, secret: probe.newSecret(), etag: old.etag });
      demand(status === 412, `it was answered ${status}`);
      await assertUnchanged(probe, before);
    },
  },
  {
    title: 'of two PATCHes at once with the same ETag one is carried out and one refused with 412',
    check: async (probe) => {
      const before = await readOurs(probe);
      const [secret, other] = [probe.newSecret(), probe.newSecret()] as const;
      const answers = await Promise.all(
        [secret, other].map((each) => probe.write(before, { secret: each, etag: before.etag, places: before.ours })),
      );
      const statuses = answers.map(({ status }) => status);
      demand(
        statuses.filter(isWritten).length === 1 && statuses.includes(412),
        `they were answered ${statuses.join(' and ')}`,
      );
      const winner = isWritten(statuses[0]) ? secret : other;
      assertHolds(before, await probe.read(), { secret: winner, places: before.ours });
    },
  },
  {
    title: 'PATCH without access is refused with 401 and changes nothing',
    check: async (probe) => {
      const before = await readOurs(probe);
      const { etag, ours: places } = before;
      const { status } = await probe.write(before, { secret: probe.newSecret(), etag, places, authorization: '' });
      demand(status === 401, `it was answered ${status}`);
      await assertUnchanged(probe, before);
    },
  },
];

/** What has to hold of writes. Each leaves the client's sections with a secret that it made. */
export const WRITING: readonly Rule[] = rules.map((rule) => ({ ...rule, writes: true }));

interface What {
  readonly secret: string;
  readonly places: readonly string[];
}

/**
 * Gives all sections of the client one secret, so that none is left with one that nobody knows.
 *
 * @returns the places that hold it
 * @throws {BrokenRuleError} when they don't hold it afterwards
 */
export async function settle(probe: ConnectorProbe, secret: string): Promise<readonly string[]> {
  const before = await readOurs(probe);
  await written(probe, before, { secret, places: before.ours });
  assertHolds(before, await probe.read(), { secret, places: before.ours });
  return before.ours;
}

async function readOurs(probe: ConnectorProbe): Promise<Reading> {
  const reading = await probe.read();
  demand(reading.ours.length > 0, 'no section has this Client ID with this token URL');
  return reading;
}

async function written(probe: ConnectorProbe, reading: Reading, what: What): Promise<{ etag: string }> {
  const response = await probe.write(reading, { ...what, etag: reading.etag });
  demand(isWritten(response.status), `PATCH answered ${response.status}`);
  const etag = response.headers.get('etag');
  demand(
    etag !== null && etag !== reading.etag,
    etag === null ? 'PATCH answered without an ETag' : 'the ETag is still the same',
  );
  return { etag };
}

function isWritten(status: number | undefined): boolean {
  return status === 200 || status === 204;
}

/** Compares the whole body with what it was, the new fingerprint in its places. */
function assertHolds(before: Reading, after: Reading, { secret, places }: What): void {
  const clientSecretFingerprint = fingerprintOf(secret);
  for (const place of places) {
    demand(
      after.sections.get(place)?.clientSecretFingerprint === clientSecretFingerprint,
      `${place} holds another secret`,
    );
  }
  const [single, users] = [
    places.filter((place) => !place.includes('/')),
    places.filter((place) => place.includes('/')),
  ];
  const patched = mergePatch(before.body, {
    authentication: {
      ...Object.fromEntries(single.map((place) => [place, { clientSecretFingerprint }])),
      ...(users.length > 0 && {
        machineUsers: Object.fromEntries(
          users.map((place) => [place.slice(place.indexOf('/') + 1), { clientSecretFingerprint }]),
        ),
      }),
    },
  });
  demand(
    isDeepStrictEqual(withoutProof(patched), withoutProof(after.body)),
    'something else than the secret has changed',
  );
}

/** A service that says how far the configuration has got may say something else after a write. */
function withoutProof(body: unknown): unknown {
  return isObject(body) ? { ...body, proof: undefined } : body;
}

async function assertUnchanged(probe: ConnectorProbe, before: Reading): Promise<void> {
  const after = await probe.read();
  demand(after.etag === before.etag && isDeepStrictEqual(after.body, before.body), 'the configuration has changed');
}
