import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { customer } from '../support/settings.ts';

// Each run loads the CDK anew.
jest.setTimeout(60_000);

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'app-'));
const example = JSON.parse(readFileSync(join(ROOT, 'credentials.example.json'), 'utf8'));

const TOPIC = 'arn:aws:sns:eu-north-1:111122223333:on-call';

function manyConnectors(i: number): object[] {
  const auth = { type: 'bearer', secretId: `csr-access/customer-${i}/connector` };
  const path = 'c'.repeat(300);
  return Array.from({ length: 20 }, (_, n) => ({ name: `c${n}`, url: `https://flow.example.com/${path}-${n}`, auth }));
}

/** Runs the app as the CDK command line does: context and output folder come by the environment. */
function run(fleet: unknown, context: Record<string, unknown> = {}) {
  const credentials = join(folder, 'fleet.json');
  writeFileSync(credentials, JSON.stringify(fleet));
  const CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:bundling-stacks': [], credentials, ...context });
  const env = { ...process.env, CDK_CONTEXT_JSON, CDK_OUTDIR: join(folder, 'cdk.out'), NODE_OPTIONS: '' };
  // Another folder than cdk.json's: a relative path must not depend on it.
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'infra/app.ts')], { cwd: folder, env });
  return { status, lines: stderr.toString().trimEnd().split('\n') };
}

describe('the app', () => {
  it('synthesizes the example when that is asked for', () => {
    const { status } = run({}, { credentials: undefined, example: 'true' });

    expect(status).toBe(0);
    const manifest = JSON.parse(readFileSync(join(folder, 'cdk.out/manifest.json'), 'utf8'));
    expect(manifest.artifacts).toHaveProperty('client-secret-rotation');
  });

  it.each([
    ['a forgotten fleet file', { credentials: undefined }, /^context\.credentials: no fleet file is named/],
    ['a mistyped name for it', { credentials: undefined, credential: 'fleet.json' }, /did you mean 'credentials'\?$/],
    ['the example', { credentials: 'credentials.example.json' }, /is the example, whose customers do not exist/],
    ['a mistyped recipient of alarms', { alarmTopic: 'arn:x' }, /did you mean 'alarmTopicArn'\?$/],
  ])('never deploys the example over a fleet: %s is refused', (_what, context, line) => {
    expect(run(example, context)).toEqual({ status: 1, lines: [expect.stringMatching(line)] });
  });

  it('tells in one line that a template is larger than CloudFormation takes', () => {
    const credentials = Array.from({ length: 130 }, (_, i) =>
      customer(`customer-${i}`, { connectors: manyConnectors(i) }),
    );
    const { status, lines } = run(
      { credentials },
      { prefix: 'csr', alarmTopicArn: TOPIC, allowedHosts: '*.example.com' },
    );

    expect(lines).toEqual([
      expect.stringMatching(/^the stack csr has \d+ bytes of template, and AWS takes 1000000: put/),
    ]);
    expect(status).toBe(1);
  });

  it('puts credentials beside the stack of the service where their file says so', () => {
    const fleet = { stack: 'north', spread: 3, credentials: Array.from({ length: 12 }, (_, i) => customer(`c-${i}`)) };
    const { status } = run(fleet, { prefix: 'csr', alarmTopicArn: TOPIC, allowedHosts: '*.example.com' });

    expect(status).toBe(0);
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'cdk.out/manifest.json'), 'utf8'));
    expect(artifacts).toMatchObject({
      'csr-Fleet-north-1': { dependencies: expect.arrayContaining(['csr']) },
      'csr-Fleet-north-2': {},
      'csr-Fleet-north-3': {},
    });
  });

  it('tells every fault of a file on a line of its own, and ends with 1', () => {
    const [first, second, third] = structuredClone(example.credentials);
    const fleet = {
      credentials: [
        { ...first, id: 'Acme', grace: '24h', colour: 'red' },
        { ...second, schedule: { expression: 'rate(1 weeks)', timezone: 'Mars/X' } },
        { ...third, id: 'acme-test', connectors: [{ ...third.connectors[1], url: 'http://flow.example.com' }] },
        {
          ...first,
          id: 'initech',
          clientId: 'NC_Flow_Initech',
          iam: { ...first.iam, auth: { clientId: 'r', secretId: 'elsewhere/iam' } },
        },
      ],
    };

    const { status, lines } = run(fleet);

    expect(status).toBe(1);
    expect(lines.map((line) => line.replace(/: .*/, '')).sort()).toEqual([
      'credentials[0].colour',
      'credentials[0].grace',
      'credentials[0].id',
      'credentials[1].schedule.expression',
      'credentials[1].schedule.timezone',
      'credentials[2].connectors[0].auth.secretId',
      'credentials[2].connectors[0].url',
      'credentials[2].iam.auth.secretId',
      'credentials[2].id',
      'credentials[3].connectors[0].auth.secretId',
      'credentials[3].iam.auth.secretId',
    ]);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^credentials\[1\]\.schedule\.timezone: 'Mars\/X' is not an IANA time zone; .* \(acme-test, fleet\.json:1\)$/,
      ),
    );
  });

  it('refuses a context that can not be right', () => {
    expect(run(example, { prefix: 'Acme' })).toEqual({
      status: 1,
      lines: ['context.prefix: must be 3 to 40 lower-case letters, digits and hyphens'],
    });
  });

  it('goes on after a warning', () => {
    const [first] = structuredClone(example.credentials);
    const fleet = { credentials: [{ ...first, grace: 'P8D', schedule: { expression: 'rate(7 days)' } }] };

    const { status, lines } = run(fleet);

    expect(status).toBe(0);
    expect(lines).toContainEqual(expect.stringMatching(/^warning: credentials\[0\]\.grace: 'P8D' is longer than/));
  });
});
