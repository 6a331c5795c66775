import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { csrConsole } from '../support/csr.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe('csr console', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    const doors = { iam: 'keycloak', via: 'https' } as const;
    await stage.onboard({ id: 'acme-prod', realm: 'acmeprod', overlap: true, ...doors });
  });
  afterAll(() => stage.close());

  it('serves the page with the credentials of its caller, until Ctrl-C', async () => {
    const seen: unknown[] = [];
    const { exit, stdout, stderr } = await csrConsole([], { env: stage.env }, async (link) => {
      const [room = ''] = link.split('?');
      const entered = await fetch(link);
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      const page = await fetch(room, { headers: { cookie } });
      const list = await fetch(`${room}api/credentials`, { headers: { cookie } });
      seen.push(await page.text(), await list.json());
    });
    expect(seen).toEqual([
      expect.stringContaining('<script type="module" src="console.js">'),
      { credentials: [expect.objectContaining({ id: 'acme-prod' })] },
    ]);
    expect([exit, stdout]).toEqual([0, 'The console has ended.\n']);
    expect(stderr).toMatch(/The link works once, in one browser; Ctrl-C ends it\./);
  });

  it('says so when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { exit, stderr } = await csrConsole(['--port', String(port)], { env: stage.env });
    taken.close();
    expect([exit, stderr]).toEqual([2, expect.stringContaining('The port is taken')]);
  });
});
