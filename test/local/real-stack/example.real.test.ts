import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { serve } from '../../../local/stand-ins/serve.ts';
import { describeReal } from '../../support/real.ts';
import { type StackProcess, startStack } from './stack-process.ts';

const run = promisify(execFile);

describeReal('the full stack with its example fleet', ['keycloak', 'ministack'], () => {
  let stack: StackProcess;
  let commands: string[];

  beforeAll(async () => {
    stack = await startStack(['--example']);
    commands = await stack.linesAfter(3);
  });

  afterAll(() => stack?.kill());

  /** What a command answers that is pasted into a shell. */
  async function paste(command: string | undefined) {
    const { stdout, stderr } = await run('bash', ['-c', command ?? 'exit 1']);
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  it('prints three commands for curl, which no shell expands', () => {
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(command).toMatch(/^curl [^$`!\\]+$/);
  });

  it('lists two customers, rotates the first one, and shows it: as pasted', async () => {
    const [list, rotate, show] = commands;
    const { credentials } = await paste(list);
    expect(credentials.map(({ id }: { id: string }) => id)).toEqual(['acme-prod', 'globex-prod']);

    const rotation = await paste(rotate);
    expect(rotation).toMatchObject({
      credential: 'acme-prod',
      outcome: 'rotated',
      strategy: 'dual-secret',
      reason: 'by hand',
    });
    const written = { name: 'IFS Production', sectionsWritten: 2, sectionsSkipped: 0 };
    expect(rotation.connectors).toMatchObject([{ ...written, proof: { level: 'written' } }]);

    expect(await paste(show)).toMatchObject({ id: 'acme-prod', versionId: rotation.rotationId, pending: false });
  });

  it('rotates in place the customer whose IAM keeps no previous secret', async () => {
    const rotation = await paste(commands[1]?.replace('/acme-prod/', '/globex-prod/'));
    expect(rotation).toMatchObject({ credential: 'globex-prod', outcome: 'rotated', strategy: 'in-place' });
  });

  it('ends with 0 on SIGTERM, and leaves nothing behind', async () => {
    const { code } = await stack.end();
    expect(code).toBe(0);
    const { keycloak, aws } = stack.description;
    for (const { port } of [new URL(keycloak.url), new URL(aws.endpoint)]) {
      await (await serve(async () => new Response(null), Number(port))).close();
    }
  });
});
