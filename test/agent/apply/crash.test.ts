import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { POINTS, type Point } from '../../../agent/apply/apply.ts';
import type { Answer, Engine } from '../../../agent/engine/engine.ts';
import { secretFingerprint } from '../../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { JANUARY } from '../../local/stand-ins/connector/fixture.ts';
import { engineOf, fileIn, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { AT_FIRST, bytesOf, FORMS } from '../support/forms.ts';
import { withSecret, writeSecret } from '../support/writes.ts';

const NEW = 'secret-of-february';
const OLD_FILE = bytesOf(FORMS.json);
const NEW_FILE = bytesOf(FORMS.json, { ...AT_FIRST, designTime: NEW, runtime: NEW, anna: NEW });

/** Points that a write passes when nothing fails, and those of one that is taken back. */
const FORWARD = POINTS.filter((point) => !point.startsWith('tak'));
const BACK: readonly Point[] = ['taking-back', 'taken-back'];

const folders = temporaryFolders();

/** A configuration whose restart appends a line to a file, and fails while another file is there. */
async function setUp() {
  const folder = await folders();
  const { adapter, read } = await fileIn(folder);
  const [restarts, broken] = [join(folder, 'restarts'), join(folder, 'broken')];
  const script = `const { appendFileSync, existsSync } = require('node:fs'); appendFileSync(${JSON.stringify(restarts)}, 'x'); process.exit(existsSync(${JSON.stringify(broken)}) ? 1 : 0)`;
  const settings = settingsIn(folder, adapter, { restart: { command: [process.execPath, '-e', script] } });
  const countRestarts = () =>
    existsSync(restarts) ? readFile(restarts, 'utf8').then(({ length }) => length) : Promise.resolve(0);
  return { folder, settings, read, broken, countRestarts };
}

type World = Awaited<ReturnType<typeof setUp>>;

/** Carries a write out up to a point, at which the process is as good as dead: nothing of it goes on. */
async function dieAt(point: Point, { settings }: World, asked?: Parameters<Engine['write']>[0]): Promise<void> {
  let died = () => {};
  const dead = new Promise<void>((resolve) => {
    died = resolve;
  });
  const reach = (reached: Point) => {
    if (reached !== point) return undefined;
    died();
    return new Promise<void>(() => {});
  };
  const engine = await engineOf(settings, { reach });
  const write = asked ? engine.write(asked) : writeSecret(engine, NEW);
  await Promise.race([dead, write.catch(() => {})]);
}

async function restarted({ settings }: World): Promise<Engine> {
  const engine = await engineOf(settings);
  await engine.start();
  return engine;
}

/** What the agent keeps when everything is at rest. */
async function demandRest({ folder }: World): Promise<void> {
  expect((await readdir(join(folder, 'state', 'ifs-test'))).sort()).toEqual(['state.json']);
  expect((await readdir(folder)).filter((name) => name.includes('agent-new'))).toEqual([]);
}

describe('an agent that dies while it writes', () => {
  it.each(FORWARD)(
    'at %s: leaves the file wholly old or wholly new; the next start brings everything to rest',
    async (point) => {
      const world = await setUp();
      await dieAt(point, world);
      const left = await world.read();
      expect([OLD_FILE, NEW_FILE]).toContainEqual(left);

      const engine = await restarted(world);

      expect(await world.read()).toEqual(left);
      const { body } = await engine.read();
      const isNew = left.equals(NEW_FILE);
      expect(body.authentication.runtime?.clientSecretFingerprint).toBe(
        isNew ? secretFingerprint(new Secret(NEW)) : JANUARY.fingerprint,
      );
      expect(body.proof).toBe(isNew ? 'loaded' : 'written');
      await demandRest(world);
    },
  );

  it.each(['replaced', 'recorded'] as const)(
    'at %s: the next start runs the restart that is outstanding',
    async (point) => {
      const world = await setUp();
      await dieAt(point, world);
      expect(await world.countRestarts()).toBe(0);

      await restarted(world);

      expect(await world.countRestarts()).toBe(1);
    },
  );

  it.each(BACK)(
    'at %s, since its restart failed: the next start puts the old file back and restarts',
    async (point) => {
      const world = await setUp();
      await writeFile(world.broken, '');
      await dieAt(point, world);
      await rm(world.broken);
      const before = await world.countRestarts();

      const engine = await restarted(world);

      expect(await world.read()).toEqual(OLD_FILE);
      expect((await engine.read()).body.authentication.runtime?.clientSecretFingerprint).toBe(JANUARY.fingerprint);
      expect(await world.countRestarts()).toBeGreaterThan(before);
      await demandRest(world);
    },
  );

  it('at replaced, and a person edits the file before the next start: the edit stays', async () => {
    const world = await setUp();
    await dieAt('replaced', world);
    const edited = bytesOf(FORMS.json, { ...AT_FIRST, runtime: 'secret-by-hand' });
    await writeFile(join(world.folder, 'connector.config'), edited);

    const engine = await restarted(world);

    expect(await world.read()).toEqual(edited);
    expect((await engine.read()).body.proof).toBe('written');
    await demandRest(world);
  });

  it('never gives an ETag again, whatever point it dies at', async () => {
    const world = await setUp();
    const seen: string[] = [];
    for (const point of FORWARD) {
      seen.push((await (await restarted(world)).read()).etag);
      await dieAt(point, world);
      const after = await restarted(world);
      await writeSecret(after, `after-${point}`);
      seen.push((await after.read()).etag);
    }
    expect(new Set(seen).size).toBe(FORWARD.length + 1);
  });

  it('starts again and again without another restart once all is at rest', async () => {
    const world = await setUp();
    await dieAt('replaced', world);
    await restarted(world);
    const { etag } = await (await restarted(world)).read();

    const again = await (await restarted(world)).read();

    expect([again.etag, await world.countRestarts()]).toEqual([etag, 1]);
  });
});

describe('a request that comes again, since the agent has died before it said that it was done', () => {
  const request = async (world: World, point: Point) => {
    const { etag } = await (await engineOf(world.settings)).read();
    const asked = { id: 'request-1', ifMatch: etag, change: withSecret(NEW) };
    await dieAt(point, world, asked);
    return asked;
  };

  it.each(['replaced', 'noted', 'ended'] as const)(
    'at %s: is answered as done, and not carried out again',
    async (point) => {
      const world = await setUp();
      const asked = await request(world, point);
      const engine = await restarted(world);
      const restarts = await world.countRestarts();

      const { body } = await engine.write(asked);

      expect(body.authentication.runtime?.clientSecretFingerprint).toBe(secretFingerprint(new Secret(NEW)));
      expect(body.proof).toBe('loaded');
      expect(await world.countRestarts()).toBe(restarts);
    },
  );

  const runtimeOf = ({ body }: Answer) => body.authentication.runtime?.clientSecretFingerprint;

  it('is answered as done where a person has entered another secret since, and with what is there', async () => {
    const world = await setUp();
    const asked = await request(world, 'ended');
    await writeFile(join(world.folder, 'connector.config'), OLD_FILE);

    const answer = await (await restarted(world)).write(asked);

    expect([runtimeOf(answer), answer.body.proof]).toEqual([JANUARY.fingerprint, 'written']);
    expect(await world.read()).toEqual(OLD_FILE);
  });

  it.each(['replaced', 'noted', 'ended'] as const)(
    'at %s: is answered as done once another one was carried out, and after one more start',
    async (point) => {
      const world = await setUp();
      const asked = await request(world, point);
      const engine = await restarted(world);
      await writeSecret(engine, 'secret-of-march');
      const left = await world.read();

      const answers = [await engine.write(asked), await (await restarted(world)).write(asked)];

      expect(answers.map(runtimeOf)).toEqual(answers.map(() => secretFingerprint(new Secret('secret-of-march'))));
      expect(await world.read()).toEqual(left);
    },
  );

  it('is forgotten once a hundred others were carried out: what is kept of requests does not grow', async () => {
    const folder = await folders();
    const { adapter } = await fileIn(folder);
    const engine = await engineOf(settingsIn(folder, adapter));
    const size = async () => (await readFile(join(folder, 'state', 'ifs-test', 'state.json'))).length;
    const asked = { id: randomUUID(), ifMatch: (await engine.read()).etag, change: withSecret(NEW) };
    await engine.write(asked);
    for (let count = 1; count < 100; count++) await writeSecret(engine, `secret-number-${count}`);
    expect(runtimeOf(await engine.write(asked))).toBe(secretFingerprint(new Secret('secret-number-99')));
    const before = await size();

    for (let count = 100; count < 110; count++) await writeSecret(engine, `secret-number-${count}`);

    await expect(engine.write(asked)).rejects.toMatchObject({ code: 'configuration-changed' });
    expect(Math.abs((await size()) - before)).toBeLessThan(20);
  });

  it.each(['taking-back', 'taken-back', 'ended'] as const)(
    'at %s, since its restart failed: is told to have failed, and the connector is not restarted for it',
    async (point) => {
      const world = await setUp();
      await writeFile(world.broken, '');
      const asked = await request(world, point);
      await rm(world.broken);
      const engine = await restarted(world);
      await writeSecret(engine, 'secret-of-march');
      const restarts = await world.countRestarts();

      const code = point === 'ended' ? 'restart-failed' : 'unrecovered';
      await expect(engine.write(asked)).rejects.toMatchObject({ code, status: 503 });

      expect(await world.countRestarts()).toBe(restarts);
    },
  );

  it('is told to have failed where the next start could not load it, and has taken it back', async () => {
    const world = await setUp();
    const asked = await request(world, 'recorded');
    await writeFile(world.broken, '');
    const engine = await restarted(world);
    await rm(world.broken);

    await expect(engine.write(asked)).rejects.toMatchObject({ code: 'restart-failed' });

    expect(await world.read()).toEqual(OLD_FILE);
  });

  it('is told to be unknown where somebody has written the file before the next start', async () => {
    const world = await setUp();
    const asked = await request(world, 'replaced');
    const edited = bytesOf(FORMS.json, { ...AT_FIRST, runtime: 'secret-by-hand' });
    await writeFile(join(world.folder, 'connector.config'), edited);

    await expect((await restarted(world)).write(asked)).rejects.toMatchObject({ code: 'unrecovered', status: 503 });

    expect(await world.read()).toEqual(edited);
  });

  it('is carried out where the process has died before it had replaced anything', async () => {
    const world = await setUp();
    const asked = await request(world, 'journaled');

    await (await restarted(world)).write(asked);

    expect(await world.read()).toEqual(NEW_FILE);
  });

  it('is known to an agent that finds the state of one that knew the last request only', async () => {
    const world = await setUp();
    const asked = await request(world, 'ended');
    const file = join(world.folder, 'state', 'ifs-test', 'state.json');
    const { requests, written, ...state } = JSON.parse(await readFile(file, 'utf8'));
    const before = { ...state, written: { ...written, request: requests[0].request } };
    await writeFile(file, JSON.stringify(before));
    const engine = await restarted(world);
    await writeSecret(engine, 'secret-of-march');

    expect(runtimeOf(await engine.write(asked))).toBe(secretFingerprint(new Secret('secret-of-march')));
  });
});

describe('a write whose restart fails', () => {
  it('and fails again with the old file: the next start runs the restart that is outstanding', async () => {
    const world = await setUp();
    await writeFile(world.broken, '');
    await expect(writeSecret(await engineOf(world.settings), NEW)).rejects.toThrow(
      'The configuration of before was put back, but then',
    );
    await rm(world.broken);
    const before = await world.countRestarts();

    await restarted(world);
    await restarted(world);

    expect(await world.countRestarts()).toBe(before + 1);
  });

  it('puts the old file back, restarts again, and says so', async () => {
    const world = await setUp();
    await writeFile(world.broken, '');
    const engine = await engineOf(world.settings);

    const failed = writeSecret(engine, NEW);

    await expect(failed).rejects.toMatchObject({
      code: 'restart-failed',
      status: 503,
      message: expect.stringContaining('was put back'),
    });
    expect([await world.read(), await world.countRestarts()]).toEqual([OLD_FILE, 2]);
    await demandRest(world);
  });
});
