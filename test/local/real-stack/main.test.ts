import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../../local/real-stack/programs/free-ports.ts';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';
import { runStack } from './stack-process.ts';

/** Nothing is started by any of these: each ends before. */
describe('the command stack, called in a way that it can not serve', () => {
  let folder: string;
  let taken: Server;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stack-'));
    taken = await serve(async () => new Response(null));
  });
  afterAll(async () => {
    await taken.close();
    await rm(folder, { recursive: true });
  });

  async function fleet(port: number, change: object = {}): Promise<string> {
    const file = join(folder, 'fleet.json');
    const credential = {
      id: 'acme-prod',
      accessTokenUrl: `http://127.0.0.1:${port}/realms/acme/protocol/openid-connect/token`,
      clientId: 'NC_Flow_Client',
      iam: {
        adminUrl: `http://127.0.0.1:${port}/admin/realms/acme`,
        auth: { clientId: 'rotator', secretId: 'client-secret-rotation-access/acme-prod/iam' },
      },
      connectors: [
        {
          name: 'IFS',
          url: 'http://127.0.0.1:8090/odata-connector/configurations/ifs',
          auth: { type: 'bearer', secretId: 'client-secret-rotation-access/acme-prod/connector' },
        },
      ],
      schedule: { expression: 'rate(30 days)' },
      ...change,
    };
    await writeFile(file, JSON.stringify({ credentials: [credential] }));
    return file;
  }

  it.each([
    [['--credentials', 'fleet.json', '--port', '1'], "Unknown option '--port'; see --help\n"],
    [[], '--credentials is missing; name the fleet file, take --example, or see --help\n'],
    [
      ['--example', '--credentials', 'fleet.json'],
      '--example brings its own fleet: leave --credentials and --bare out; see --help\n',
    ],
    [['--example', '--bare'], '--example brings its own fleet: leave --credentials and --bare out; see --help\n'],
    [
      ['--credentials', '/nowhere/fleet.json'],
      "--credentials: the file '/nowhere/fleet.json' does not exist or can not be read\n",
    ],
    [
      ['--credentials', 'fleet.json', '--aws-port', 'x'],
      "--aws-port: 'x' is not a port; give a number from 1 to 65535\n",
    ],
  ])('ends with 2 and one line: %j', async (args, line) => {
    expect(await runStack(args)).toEqual({ code: 2, stdout: '', stderr: line });
  });

  it('tells every fault of the file, one line each', async () => {
    const schedule = { expression: 'rate(30 days)', timezone: 'Mars/X' };
    const { code, stdout, stderr } = await runStack(['--credentials', await fleet(8080, { schedule, colour: 'red' })]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trim().split('\n');
    expect(lines.map((line) => line.replace(/ \(acme-prod, .*:\d+\)$/, '')).sort()).toEqual([
      'credentials[0].colour: unknown key',
      "credentials[0].schedule.timezone: 'Mars/X' is not an IANA time zone; for example Europe/Stockholm",
    ]);
  });

  it("tells that Keycloak's addresses have no /auth", async () => {
    const accessTokenUrl = 'http://127.0.0.1:8080/auth/realms/acme/protocol/openid-connect/token';
    const { code, stderr } = await runStack(['--credentials', await fleet(8080, { accessTokenUrl })]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "credentials[0].accessTokenUrl: this Keycloak has no path '/auth'; write http://127.0.0.1:8080/realms/acme/protocol/openid-connect/token\n",
    });
  });

  it('tells that a port of the example is taken', async () => {
    const { code, stdout, stderr } = await runStack(['--example', '--keycloak-port', String(taken.port)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^port ${taken.port} is taken, .*--keycloak-port.*\n$`));
  });

  it.each(['--keycloak-port', '--aws-port'])('tells that the port of %s is taken', async (flag) => {
    const [free = 0] = await freePorts(1);
    const port = flag === '--keycloak-port' ? taken.port : free;
    const { code, stdout, stderr } = await runStack(['--credentials', await fleet(port), flag, String(taken.port)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^port ${taken.port} is taken, .*${flag}.*\n$`));
  });

  it('tells in one line what this machine lacks', async () => {
    const [free = 0] = await freePorts(1);
    const { code, stderr } = await runStack(['--credentials', await fleet(free)], { PATH: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Java 17 .*Python 3 .*Install what is missing.*\n$/);
  });

  it('helps, with examples', async () => {
    const { code, stdout, stderr } = await runStack(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Examples:');
  });
});
