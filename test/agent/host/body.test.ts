import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tokenCheck } from '../../../agent/apply/token-check.ts';
import { bodyText } from '../../../agent/host/body.ts';
import { createNetwork } from '../../../agent/host/network.ts';
import { httpStore } from '../../../agent/stores/http-store.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { configuration } from '../../local/stand-ins/connector/fixture.ts';
import { temporaryFolders } from '../support/folder.ts';

const folders = temporaryFolders();
const ENCODINGS: Readonly<Record<string, (text: Buffer) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  br: (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (text) => zstdCompressSync(text),
  'gzip, gzip': (text) => gzipSync(gzipSync(text)),
};

/** What would be taken, were it not for the blanks at its end. */
const ANSWERS: Readonly<Record<string, object>> = {
  '/token': { access_token: 't', token_type: 'bearer' },
  '/configuration': configuration(),
};

function withBlanks(answer: object): Buffer {
  return Buffer.concat([Buffer.from(JSON.stringify(answer)), Buffer.alloc(64 << 20, ' ')]);
}

/** The most memory that something held at a time, beyond what was held before. */
async function mostHeld(doing: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 1);
  await doing().finally(() => clearInterval(watch));
  return most - before;
}

describe.each(Object.entries(ENCODINGS))('an answer that unpacks to 64 MiB: %s', (encoding, pack) => {
  // Made before memory is looked at.
  const packed = new Map(Object.entries(ANSWERS).map(([path, answer]) => [path, pack(withBlanks(answer))]));
  const server = createServer((request, response) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding, etag: '"1"' };
    response.writeHead(200, headers).end(packed.get(request.url ?? ''));
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is no configuration, where an adapter gives it', async () => {
    const tokenFile = join(await folders(), 'token');
    await writeFile(tokenFile, 'T-1');
    const store = httpStore({ type: 'http', url: `${url}/configuration`, tokenFile, timeout: 'PT10S' }, fetch);
    const held = await mostHeld(() => expect(store.read()).rejects.toMatchObject({ code: 'store-invalid' }));
    expect(held).toBeLessThan(32 << 20);
  });

  it('is no token, where an IAM gives it', async () => {
    const network = await createNetwork({});
    const values = {
      flowType: 'ClientCredentials',
      accessTokenUrl: `${url}/token`,
      clientId: 'c',
      clientSecret: new Secret('s'),
      scopes: '',
    } as const;
    const check = tokenCheck(network.fetch);
    const refused = expect.objectContaining({ code: 'token-endpoint-unavailable' });
    const held = await mostHeld(() => expect(check(new Map([['runtime', values]]))).rejects.toEqual(refused));
    expect(held).toBeLessThan(32 << 20);
  });
});

describe('bodyText', () => {
  it.each([
    [0, 0],
    [1, 1],
    [1_048_576, 1_048_576],
    [1_048_577, undefined],
  ])('of %d bytes: %s', async (bytes, length) => {
    expect((await bodyText(new Response(Buffer.alloc(bytes, 'x'))))?.length).toBe(length);
  });

  it('reads characters that two chunks share', async () => {
    const halves = [Buffer.from([0xc3]), Buffer.from([0xa9])];
    const body = new ReadableStream({
      pull: (controller) => {
        const half = halves.shift();
        if (half) controller.enqueue(half);
        else controller.close();
      },
    });
    expect(await bodyText(new Response(body))).toBe('é');
  });
});
