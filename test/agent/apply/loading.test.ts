import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { engineOf, fileIn, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { bytesOf, FORMS } from '../support/forms.ts';
import { writeSecret } from '../support/writes.ts';

const folders = temporaryFolders();

async function setUp(overrides: object) {
  const folder = await folders();
  const target = await fileIn(folder);
  return { ...target, folder, engine: await engineOf(settingsIn(folder, target.adapter, { ...overrides })) };
}

describe('how far a write has got', () => {
  it.each<[string, object, string]>([
    ['nothing makes the process load', {}, 'written'],
    ['the connector is known to load by itself', { hotReload: true }, 'loaded'],
    ['a restart ran', { restart: { command: ['true'] } }, 'loaded'],
    ['a reload ran', { reload: { command: ['true'] } }, 'loaded'],
    [
      'a restart ran and the ready command passes',
      { restart: { command: ['true'] }, ready: { command: ['true'] } },
      'loaded',
    ],
    ['only a ready check passes', { ready: { command: ['true'] } }, 'written'],
  ])('where %s', async (_, overrides, proof) => {
    const { engine } = await setUp(overrides);
    expect((await writeSecret(engine, 'new')).body.proof).toBe(proof);
  });

  it('is no more than written once somebody else has changed the secret', async () => {
    const { engine, folder } = await setUp({ restart: { command: ['true'] } });
    await writeSecret(engine, 'new');
    await fileIn(folder);
    expect((await engine.read()).body.proof).toBe('written');
  });
});

describe('a connector that does not come up', () => {
  it.each<[string, object, string]>([
    ['the restart fails', { restart: { command: ['false'] } }, 'restart-failed'],
    ['the restart takes too long', { restart: { command: ['sleep', '600'], timeout: 'PT1S' } }, 'restart-failed'],
    ['the restart is not there', { restart: { command: ['/nowhere/at-all'] } }, 'restart-failed'],
    ['the system refuses the restart at once', { restart: { command: ['/etc/passwd/x'] } }, 'restart-failed'],
    [
      'the ready command fails',
      { restart: { command: ['true'] }, ready: { command: ['false'], timeout: 'PT1S' } },
      'not-ready',
    ],
    ['nothing answers at the ready URL', { ready: { url: 'http://127.0.0.1:1/', timeout: 'PT1S' } }, 'not-ready'],
  ])('gets its old file back: %s', async (_, overrides, code) => {
    const { engine, read } = await setUp(overrides);
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({ code, status: 503 });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it('is found out by prepare, where the restart has a check of its own, without a restart', async () => {
    const folder = await folders();
    const restarted = join(folder, 'restarted');
    const { adapter } = await fileIn(folder);
    const restart = { command: ['touch', restarted], check: ['false'] };
    const engine = await engineOf(settingsIn(folder, adapter, { restart }));
    const { etag } = await engine.read();

    await expect(engine.prepare(etag)).rejects.toMatchObject({ code: 'restart-failed' });
    expect(existsSync(restarted)).toBe(false);
  });
});

describe('a token request before the write', () => {
  const write = async (fetch: (url: string, init: RequestInit) => Promise<Response>) => {
    const folder = await folders();
    const target = await fileIn(folder);
    const engine = await engineOf(settingsIn(folder, target.adapter, { tokenCheck: true }), { fetch });
    return { ...target, written: writeSecret(engine, 'new') };
  };

  it('asks once for all sections, with the new secret in the body', async () => {
    const bodies: string[] = [];
    const { written } = await write(async (_, { body }) => {
      bodies.push(String(body));
      return Response.json({ access_token: 't', token_type: 'bearer' });
    });
    await written;
    expect(bodies).toEqual([
      'scope=openid+microprofile-jwt&grant_type=client_credentials&client_id=NC_Flow_ClientCredentials&client_secret=new',
    ]);
  });

  it('takes an answer with an ID token, as Keycloak gives it with the scope openid', async () => {
    const [header, claims] = [{ alg: 'RS256' }, { iss: 'https://iam.example.com/realms/acme', sub: 'service-account' }];
    const id_token = [header, claims, 'signature'].map((part) => base64url(JSON.stringify(part))).join('.');
    const { written, read } = await write(async () =>
      Response.json({ access_token: 't', token_type: 'Bearer', id_token, scope: 'openid' }),
    );
    await written;
    expect(String(await read())).toContain('new');
  });

  it.each([
    ['refuses', async () => Response.json({ error: 'unauthorized_client' }, { status: 401 }), 'token-refused'],
    ['is away', async () => Promise.reject(new Error('ECONNREFUSED new')), 'token-endpoint-unavailable'],
    ['answers nonsense', async () => new Response('new', { status: 200 }), 'token-endpoint-unavailable'],
  ])('leaves everything as it was when the IAM %s', async (_, fetch, code) => {
    const { written, read } = await write(fetch);
    await expect(written).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^(?!.*\bnew\b(?! secret)).*Nothing was changed/),
    });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });
});

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
