import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ECHOES } from '../../support/encodings.ts';
import { Canaries } from './canaries.ts';
import { type Collector, kept } from './collector.ts';
import { folder, reports, watchProcesses } from './host-collectors.ts';

describe('the search for canaries', () => {
  it.each(Object.entries(ECHOES))('finds one in the midst of others: %s', (_way, write) => {
    const canaries = new Canaries();
    canaries.plant('one that is nowhere');
    const secret = canaries.plant('a leak');
    const header = `Basic ${Buffer.from(`NC_Flow:${secret}`).toString('base64')}`;
    const texts = [`{"detail":"${write(secret, header)}"}`, 'nothing'];
    const found = canaries.leaksIn(texts.map((text, at) => ({ where: `place ${at}`, text })));
    expect(found).toEqual([expect.stringMatching(/^a leak, .*: place 0$/)]);
  });

  it('finds a token that somebody has signed', () => {
    const text = 'authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
    expect(new Canaries().leaksIn([{ where: 'a log', text }])).toEqual(['a token: a log']);
  });

  it('knows what goes by, and no mask', () => {
    const canaries = new Canaries();
    canaries.noteIn(
      'the IAM',
      '{"clientId":"x","secret":"made-by-\\"keycloak","attributes":{"client.secret.rotated":"before-that"}}',
    );
    canaries.noteIn('a connector', '{"clientSecret":"**********"}');
    expect(canaries.values).toEqual(['made-by-"keycloak', 'before-that']);
  });

  it('lets a neighbour begin with what it was sent, in another way each time', () => {
    const canaries = new Canaries();
    canaries.plant('one');
    const sent = canaries.plant('another');
    const told = [canaries.told(sent), canaries.told(sent)];
    for (const text of told) for (const value of canaries.values) expect(text).toContain(value);
    expect(told[0]?.startsWith(sent)).toBe(true);
    expect(told[1]?.startsWith(sent)).toBe(false);
  });
});

describe('a leak is found', () => {
  let path: string;
  let collectors: Collector[];
  const watch = watchProcesses();
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'canaries-'));
    collectors = [kept('texts', []), folder('a folder', path), reports(path), watch];
  });
  afterAll(async () => {
    watch.stop();
    await rm(path, { recursive: true });
  });

  it.each([0, 1, 2, 3])('by the collector number %i', async (at) => {
    const canaries = new Canaries();
    const { collect, plant } = collectors[at] as Collector;
    await plant(ECHOES.hex?.(canaries.plant('a leak'), '') ?? '');
    expect(canaries.leaksIn(await collect())).not.toEqual([]);
  });
});
