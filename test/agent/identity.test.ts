import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hostIdIn } from '../../agent/host/identity.ts';
import { temporaryFolders } from './support/folder.ts';

const FLOW01 = { hostname: 'flow01', macs: ['00:15:5d:00:00:01', '00:15:5d:00:00:02'] };
const folders = temporaryFolders();

describe('the id of a host', () => {
  it('is kept from start to start', async () => {
    const folder = await folders();
    const id = await hostIdIn(folder, FLOW01);
    expect(await hostIdIn(folder, FLOW01)).toBe(id);
    expect(await hostIdIn(await folders(), FLOW01)).not.toBe(id);
  });

  it.each([
    ['one of its adapters is another', { ...FLOW01, macs: ['00:15:5d:00:00:02', '00:15:5d:00:00:03'] }],
    ['its network is not up yet', { ...FLOW01, macs: [] }],
  ])('is kept where %s', async (_, later) => {
    const folder = await folders();
    const id = await hostIdIn(folder, FLOW01);
    expect(await hostIdIn(folder, later)).toBe(id);
    expect(await hostIdIn(folder, FLOW01)).toBe(id);
  });

  it.each([
    ['a machine of another name', { ...FLOW01, hostname: 'flow02' }],
    ['a copy of the machine, whose adapters are others', { ...FLOW01, macs: ['00:15:5d:00:00:09'] }],
  ])('is another one where the state folder was copied to %s', async (_, other) => {
    const folder = await folders();
    const copy = await folders();
    const id = await hostIdIn(folder, FLOW01);
    await cp(folder, copy, { recursive: true });
    const second = await hostIdIn(copy, other);
    expect(second).not.toBe(id);
    expect(await hostIdIn(copy, other)).toBe(second);
  });

  it('is drawn anew where what was kept is not usable', async () => {
    const folder = await folders();
    const id = await hostIdIn(folder, FLOW01);
    await writeFile(join(folder, 'host.json'), '');
    const next = await hostIdIn(folder, FLOW01);
    expect(next).not.toBe(id);
    expect(JSON.parse(await readFile(join(folder, 'host.json'), 'utf8'))).toMatchObject({ id: next });
  });
});
