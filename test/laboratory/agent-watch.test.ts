import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HostDisk } from '../../laboratory/agents/files.ts';
import { AgentWatch, type Watched } from '../../laboratory/agents/watch.ts';
import type { Process } from '../../laboratory/process.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { configurationOf, FIRST_SECRET, idOf } from '../support/parts.ts';

const NAME = 'ifs-1';
const NEW_SECRET = 'a-new-secret';

/** A file and a connector with the first secret, and whoever watches the agent between them. */
function bench() {
  const disk = new HostDisk(() => 0);
  const flow = new ConnectorEngine({ now: () => 0, instance: 'one' });
  const excuses: boolean[] = [];
  const isCutOff = { now: false };
  const labels = { shown: 0 };
  const judged: number[] = [];
  const disturbances: string[] = [];
  const watched = {
    disk,
    flow,
    simulation: { now: 0, disturb: () => disturbances.push(NAME) },
    monitor: {
      lookAtPushOf: () => undefined,
      shownTo: () => labels.shown,
      lookAtWrite: (_body: string, _since: number, shown: number) => judged.push(shown),
      look: () => undefined,
      overlapping: () => false,
      isCutOff: () => isCutOff.now,
    },
    witness: {
      writes: (_process: Process, _request: string, load: () => void, isBack: boolean) => {
        load();
        excuses.push(isBack);
      },
    },
  } as unknown as Watched;
  const store = (secret: string) => disk.write(NAME, configurationOf(secret));
  store(FIRST_SECRET);
  flow.configure(NAME, configurationOf(FIRST_SECRET));
  const watch = new AgentWatch({ ...watched, names: [NAME] });
  const process = { alive: true, conduct: { sent: [], touched: new Set() } };
  let requests = 0;
  return {
    disk,
    watch,
    process,
    disturbances,
    isCutOff,
    labels,
    /** Of what moment the labels were by which each write was judged. */
    judged,
    /** The agent writes, loads, and takes it back. @returns whether what the connector loses by that is excused */
    writeAndTakeBack: ({ loadsBack = true } = {}) => {
      const id = idOf(++requests);
      const asked = { v: 1, id, agent: 'host-1', credential: 'acme', configuration: NAME, op: 'write', ifMatch: '"1"' };
      const times = { sentAt: new Date(0).toISOString(), notAfter: new Date(1).toISOString() };
      watch.asks(
        process as unknown as Process,
        JSON.stringify({ ...asked, ...times, secretId: 'acme', versionId: idOf(9) }),
      );
      labels.shown += 1;
      watch.began(NAME, id);
      store(NEW_SECRET);
      watch.replaced(NAME, false);
      watch.load(NAME);
      store(FIRST_SECRET);
      watch.replaced(NAME, true);
      if (!loadsBack) return undefined;
      watch.load(NAME);
      return excuses.at(-1);
    },
  };
}

describe('what an agent puts back, and the connector is refused with', () => {
  let at: ReturnType<typeof bench>;
  beforeEach(() => {
    at = bench();
  });
  afterEach(() => at.disk.remove());

  /** It was refused, and is put back; the restart after that fails, so that the connector goes on with the new secret. */
  const putBackUnloaded = () => {
    at.isCutOff.now = true;
    at.writeAndTakeBack({ loadsBack: false });
    at.isCutOff.now = false;
  };

  it('is excused where it was refused before the write', () => {
    expect(at.writeAndTakeBack()).toBe(false);
    at.isCutOff.now = true;
    expect(at.writeAndTakeBack()).toBe(true);
  });

  it('and where it is what was put back before, and was not loaded since', () => {
    putBackUnloaded();
    expect(at.writeAndTakeBack()).toBe(true);
  });

  it('not where the connector has loaded it since, and worked', () => {
    putBackUnloaded();
    at.watch.load(NAME);
    expect(at.writeAndTakeBack()).toBe(false);
  });

  it('and where it is what a person has written, and was not loaded since', () => {
    putBackUnloaded();
    at.watch.wroteByHand(NAME);
    expect(at.writeAndTakeBack()).toBe(true);
  });

  it('not where the connector has loaded what a person has written, and worked', () => {
    putBackUnloaded();
    at.watch.wroteByHand(NAME);
    at.watch.load(NAME);
    expect(at.writeAndTakeBack()).toBe(false);
  });
});

describe('what an agent writes', () => {
  it('is judged by the labels that the run had read when it asked for it', async () => {
    const at = bench();
    at.writeAndTakeBack();
    at.writeAndTakeBack();
    expect(at.judged).toEqual([0, 1]);
    await at.disk.remove();
  });

  it('is taken back until the next write', async () => {
    const at = bench();
    at.writeAndTakeBack();
    expect(at.watch.isTakingBack(NAME)).toBe(true);
    at.watch.replaced(NAME, false);
    expect(at.watch.isTakingBack(NAME)).toBe(false);
    await at.disk.remove();
  });

  it('disturbs whatever runs meanwhile once the run that asked for it has ended', async () => {
    const at = bench();
    at.writeAndTakeBack({ loadsBack: false });
    expect(at.disturbances).toEqual([]);
    at.process.alive = false;
    at.watch.load(NAME);
    expect(at.disturbances).toEqual([NAME]);
    await at.disk.remove();
  });
});
