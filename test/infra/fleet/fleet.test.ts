import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readContext } from '../../../infra/context.ts';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { loadFleet } from '../../../infra/fleet/fleet.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../../credentials.example.json');
const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
const deployment = (context: Record<string, unknown> = {}) => readContext((key) => context[key]);

function write(text: string): string {
  const file = join(folder, 'fleet.json');
  writeFileSync(file, text);
  return file;
}

function faults(path: string, context?: Record<string, unknown>): readonly string[] {
  try {
    loadFleet(path, deployment(context));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
  return [];
}

describe('loadFleet', () => {
  it('accepts the example without a warning', () => {
    const { credentials, warnings } = loadFleet(EXAMPLE, deployment());

    expect(credentials.map(({ id, clientId }) => [id, clientId])).toEqual([
      ['acme-prod', 'NC_Flow_OData'],
      ['acme-test', 'NC_Flow_OData'],
      ['globex-prod', 'NC_Flow_OData'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('reads a file that begins with a byte order mark', () => {
    expect(faults(write(`\uFEFF${readFileSync(EXAMPLE, 'utf8')}`))).toEqual([]);
  });

  it.each([
    ['{\n  "credentials": [\n    { "id" "a" }\n  ]\n}', ':3:12: not JSON: colon expected'],
    ['{ "credentials": [', ':1:19: not JSON: close bracket expected'],
  ])('says where %j is not JSON', (text, line) => {
    const file = write(text);

    expect(faults(file)).toContain(`${file}${line}`);
  });

  it('says which file does not exist', () => {
    expect(faults(join(folder, 'none.json'))).toEqual([
      `context.credentials: the file '${join(folder, 'none.json')}' does not exist; name one with -c credentials=…`,
    ]);
  });

  it('needs no list of hosts: a run calls those of its own credential', () => {
    expect(faults(EXAMPLE)).toEqual([]);
    expect(faults(EXAMPLE, { allowedHosts: '*.example.com' })).toEqual([]);
  });

  it('refuses an address that the context does not allow', () => {
    const refused = faults(EXAMPLE, { allowedHosts: '*.acme.example.com,acme.example.com,globex.example.com' });

    expect(refused.map((line) => line.replace(/example\.json:\d+\)$/, 'example.json:…)'))).toEqual([
      "credentials[1].accessTokenUrl: the host 'acme-test.example.com' is not among the context's allowedHosts (acme-test, credentials.example.json:…)",
      "credentials[1].iam.adminUrl: the host 'acme-test.example.com' is not among the context's allowedHosts (acme-test, credentials.example.json:…)",
      "credentials[2].connectors[0].url: the host 'flow.globex.example.com' is not among the context's allowedHosts (globex-prod, credentials.example.json:…)",
      "credentials[2].connectors[1].url: the host 'flow.globex.example.com' is not among the context's allowedHosts (globex-prod, credentials.example.json:…)",
    ]);
  });

  it.each(['10.0.0.7', '192.168.1.7', '[fd12::7]'])('refuses a private address that nothing allows: %s', (host) => {
    const path = write(readFileSync(EXAMPLE, 'utf8').replaceAll('flow.globex.example.com', host));
    const line = (at: number) =>
      expect.stringContaining(
        `credentials[2].connectors[${at}].url: '${host}' is an address of a private network, which is called with the context's privateTargets only`,
      );

    expect(faults(path)).toEqual([line(0), line(1)]);
    expect(faults(path, { privateTargets: 'true' })).toEqual([]);
  });

  it('refuses a wildcard between which and a host stands a public suffix', () => {
    const host = 'abc.execute-api.eu-north-1.amazonaws.com';
    const path = write(readFileSync(EXAMPLE, 'utf8').replaceAll('flow.globex.example.com', host));

    expect(faults(path, { allowedHosts: '*.example.com,*.amazonaws.com' })).toEqual([
      `context.allowedHosts[1]: covers too much: between it and '${host}' stands a public suffix, below which anybody can have a name; write the exact hosts`,
    ]);
    expect(faults(path, { allowedHosts: `*.example.com,${host}` })).toEqual([]);
  });

  it("refuses more hosts than a function's environment holds", () => {
    const allowedHosts = ['*.example.com', ...Array.from({ length: 150 }, (_, i) => `customer-${i}.example.org`)];

    expect(faults(EXAMPLE, { allowedHosts })).toEqual([
      expect.stringMatching(
        /^context\.allowedHosts: the host names take \d+ characters, .* for example \*\.example\.com$/,
      ),
    ]);
  });
});
