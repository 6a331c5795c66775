import { describe, expect, it } from '@jest/globals';
import { createSecret } from '../../../../local/stand-ins/secrets-manager/lifecycle.ts';
import { putSecretValue } from '../../../../local/stand-ins/secrets-manager/values.ts';
import { timeout } from '../../../support/faults.ts';
import {
  CLIENT_ID,
  createWorld,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  type TestWorld,
  type WorldOptions,
} from '../../../support/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const INBOX = 'csr-inbox/acme-prod';
const IAM = { type: 'manual', owner: 'IFS administrator', within: 'P7D' };

/** A credential whose IAM only a person can change. */
function createHands(options: WorldOptions = {}) {
  const world = createWorld({ overlap: false, ...options, settings: { iam: IAM, ...options.settings } });
  createSecret(world.secrets.store, { Name: INBOX, ClientRequestToken: 'inbox-'.padEnd(32, '0') });
  return world;
}

/** The same with two clients that alternate. */
function createPair(options: WorldOptions = {}) {
  const settings = { clientId: [CLIENT_ID, IDLE_CLIENT_ID], strategy: 'alternating-clients', ...options.settings };
  return createHands({ ...options, settings });
}

/** A person presses "refresh secret" in the IAM. */
function refresh(world: TestWorld, clientId = CLIENT_ID): string {
  return world.iam.regenerateSecret(REALM, world.iam.findClient(REALM, clientId)?.id ?? '');
}

let submissions = 0;

/** A person puts something into the inbox. */
function submit(world: TestWorld, secret: string): void {
  const ClientRequestToken = `submission-${++submissions}-`.padEnd(36, '0');
  putSecretValue(world.secrets.store, { SecretId: INBOX, ClientRequestToken, SecretString: secret });
}

/** What lies in the inbox. */
function inbox(world: TestWorld): string | undefined {
  return world.secrets.versions(INBOX).find(({ stages }) => stages.includes('AWSCURRENT'))?.SecretString;
}

describe('a manual IAM whose current secret works', () => {
  it('and into whose inbox nobody has put anything, is at rest: a due run asks a person, with a deadline', async () => {
    const world = createHands();
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'awaiting-person', nothingChanged: true });
    expect(rotation.failure).toBeUndefined();
    const dueAt = new Date(rotation.tasks?.[0]?.dueAt ?? 0).getTime();
    expect(rotation.tasks).toEqual([expect.objectContaining({ kind: 'submit-secret', overdue: false })]);
    expect(Math.round((dueAt - world.now().getTime()) / DAY_MS)).toBe(7);
    expect(world.announcements()).toEqual([
      expect.objectContaining({ kind: 'submit-secret', stage: 'opened', owner: 'IFS administrator' }),
    ]);
    expect(world.calls.filter((name) => /^iam (PUT|GET)|client-secret/.test(name))).toEqual([]);
  });

  it('is a failure once the secret is older than it may get', async () => {
    const world = createHands({ settings: { maxAge: 'P2D' } });
    world.advance(3 * DAY_MS);
    expect(await world.scheduled()).toMatchObject({
      outcome: 'awaiting-person',
      failure: { code: 'awaiting-person', detail: expect.stringContaining('P2D') },
    });
  });

  it.each([
    ['mistyped', 'mistyped-secret', 'the IAM refuses it'],
    ['masked', '**********', 'a mask'],
    ['empty', '{"clientSecret":""}', 'empty'],
    ['the current one', FIRST_SECRET, 'the current secret'],
    ['no secret at all', '{"password":"x"}', 'no text member'],
    ['two lines', 'one\ntwo', 'a blank'],
  ])('refuses a submission that is %s: the inbox is emptied, nothing was changed', async (_what, text, why) => {
    const world = createHands();
    world.advance(HOUR_MS);
    submit(world, text);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'submission-refused', detail: expect.stringContaining(why) },
    });
    expect(inbox(world)).toBe('{}');
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(JSON.stringify(rotation)).not.toContain('mistyped-secret');
  });
});

describe('a submission that is refused', () => {
  /** The connector was restored from before the last rotation, and somebody mistypes what nobody has asked for. */
  async function createRestored(): Promise<TestWorld> {
    const world = createHands();
    const backup = world.flow.backup('ifs-1');
    submit(world, refresh(world));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    world.advance(HOUR_MS);
    world.flow.restore('ifs-1', backup);
    submit(world, 'mistyped-secret');
    return world;
  }

  it('keeps no connector cut off: the same run gives it the current secret first', async () => {
    const world = await createRestored();
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'repaired', failure: { code: 'submission-refused' } });
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(world.current().clientSecret);
    expect(inbox(world)).toBe('{}');
  });

  it('is refused at once where a connector can not be read: that one waits for a repeat', async () => {
    const world = await createRestored();
    world.intercept(({ name }, perform) => (name.startsWith('connector') ? timeout() : perform()));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'refused', failure: { code: 'submission-refused' } });
    expect(inbox(world)).toBe('{}');
  });
});

describe('a manual IAM whose secret a person has refreshed', () => {
  it('and submitted: the secret is proven, stored and given to the connectors, and the inbox is emptied', async () => {
    const world = createHands();
    await world.scheduled();
    const secret = refresh(world);
    submit(world, ` ${secret}\n`);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'in-place', nothingChanged: false });
    expect(rotation.failure).toBeUndefined();
    expect(world.current().clientSecret).toBe(secret);
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(secret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(inbox(world)).toBe('{}');
    expect((await world.tasks.read()).tasks).toEqual([]);
    expect(rotation.rotationId).toBe(world.labelled('AWSCURRENT')?.id);
  });

  it('and told nobody: it is a failure at once, and a person is asked for it', async () => {
    const world = createHands();
    refresh(world);
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({
      outcome: 'awaiting-person',
      nothingChanged: true,
      failure: { code: 'submission-needed' },
    });
    expect(rotation.tasks).toEqual([expect.objectContaining({ kind: 'submit-secret' })]);
  });

  it('and mistyped: the inbox is emptied, and a person is asked again', async () => {
    const world = createHands();
    refresh(world);
    submit(world, 'mistyped-secret');
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'refused', failure: { code: 'submission-refused' } });
    expect(rotation.tasks).toEqual([expect.objectContaining({ kind: 'submit-secret' })]);
    expect(inbox(world)).toBe('{}');
  });

  it('twice: the last one that is accepted wins', async () => {
    const world = createHands();
    submit(world, refresh(world));
    const last = refresh(world);
    submit(world, last);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(last);
  });

  it('again while the run is at work: what is submitted meanwhile stays in the inbox, and the next run takes it', async () => {
    const world = createHands();
    submit(world, refresh(world));
    let last = '';
    world.intercept(async ({ name }, perform) => {
      if (last === '' && name.includes('PutSecretValue csr-inbox')) {
        last = refresh(world);
        submit(world, last);
      }
      return await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(inbox(world)).toBe(last);
    world.advance(HOUR_MS);
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(last);
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(last);
  });

  it('is taken by a run that begins nothing, too', async () => {
    const world = createHands();
    const secret = refresh(world);
    submit(world, secret);
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(secret);
  });
});

describe('the first secret of a manual IAM', () => {
  it('is asked for', async () => {
    const world = createHands({ adopted: false });
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'awaiting-person', nothingChanged: true });
    expect(rotation.failure).toBeUndefined();
  });

  it('is the first submission that a token proves', async () => {
    const world = createHands({ adopted: false });
    submit(world, FIRST_SECRET);
    expect(await world.rotate()).toMatchObject({ outcome: 'adopted' });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(inbox(world)).toBe('{}');
  });

  it('is not one that the IAM refuses', async () => {
    const world = createHands({ adopted: false });
    submit(world, 'mistyped-secret');
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'submission-refused' } });
    expect(world.labelled('AWSCURRENT')?.value ?? '').toBe('');
  });
});

describe('two clients that alternate in a manual IAM', () => {
  it('have no outage: the idle one is refreshed and submitted, and the former one works until a person ends it', async () => {
    const world = createPair();
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    expect(await world.scheduled()).toMatchObject({ outcome: 'awaiting-person' });
    const secret = refresh(world, IDLE_CLIENT_ID);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    submit(world, secret);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'alternating-clients' });
    expect(world.current()).toMatchObject({ clientId: IDLE_CLIENT_ID, clientSecret: secret });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.advance(25 * HOUR_MS);
    expect(await world.retire(former)).toMatchObject({ outcome: 'postponed', failure: { code: 'awaiting-person' } });
    expect((await world.tasks.read()).tasks).toEqual([
      expect.objectContaining({ kind: 'end-former-secret', versionId: former }),
    ]);
    refresh(world, CLIENT_ID);
    expect(await world.retire(former, 1)).toMatchObject({ outcome: 'retired' });
    expect((await world.tasks.read()).tasks).toEqual([]);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('ask nobody any more whose work is done, also where the retire that has asked was given up', async () => {
    const world = createPair();
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    submit(world, refresh(world, IDLE_CLIENT_ID));
    await world.rotate();
    world.advance(25 * HOUR_MS);
    await world.retire(former);
    const remind = () => world.scheduled({ repeat: { attempt: 1, due: false } });
    expect((await remind()).tasks).toEqual([expect.objectContaining({ kind: 'end-former-secret' })]);
    world.intercept(async ({ name }, perform) => (/^iam POST/.test(name) ? timeout() : await perform()));
    await remind();
    world.intercept((_io, perform) => perform());
    world.changeClient({ serviceAccountsEnabled: false });
    expect((await remind()).tasks).toEqual([expect.objectContaining({ kind: 'end-former-secret' })]);
    world.changeClient({ serviceAccountsEnabled: true });
    refresh(world, CLIENT_ID);
    expect((await remind()).tasks).toBeUndefined();
    expect((await world.tasks.read()).tasks).toEqual([]);
  });

  it('keep what was submitted in the inbox during a freeze, and use it afterwards', async () => {
    const freezes = [{ from: '2026-03-01', to: '2026-03-02', reason: 'year end' }];
    const world = createPair({ settings: { freezes } });
    const secret = refresh(world, IDLE_CLIENT_ID);
    submit(world, secret);
    expect(await world.scheduled()).toMatchObject({ outcome: 'unchanged' });
    expect(inbox(world)).toBe(secret);
    world.advance(3 * DAY_MS);
    expect(await world.scheduled()).toMatchObject({ outcome: 'rotated' });
  });
});

describe('a manual IAM that does not answer', () => {
  it('says nothing of a secret: the inbox is left as it is', async () => {
    const world = createHands();
    const secret = refresh(world);
    submit(world, secret);
    world.intercept(async ({ name }, perform) =>
      name.startsWith('iam') ? new Response('', { status: 503 }) : await perform(),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'iam-unavailable' } });
    expect(inbox(world)).toBe(secret);
  });
});

describe('a run that dies after it has stored what was submitted', () => {
  it('is finished by the next one', async () => {
    const world = createHands();
    const secret = refresh(world);
    submit(world, secret);
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (name === 'secrets-manager PutSecretValue') return await new Promise(() => undefined);
      return response;
    });
    void world.rotate();
    while (!world.labelled('AWSPENDING')) await new Promise((resolve) => setImmediate(resolve));
    world.intercept((_io, perform) => perform());
    world.advance(HOUR_MS);
    expect(await world.scheduled()).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(secret);
    expect(inbox(world)).toBe('{}');
  });
});
