import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sized } from '../growth.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ACCESS = 'client-secret-rotation-access';

/** How a fleet is synthesized. */
interface SynthOptions {
  /** Whether the functions are bundled as well. */
  readonly bundled: boolean;
  /** Over how many stacks the credentials are spread. @default - all lie in the service's */
  readonly spread?: number;
}

/**
 * Synthesizes the stacks of a fleet, as the CDK's command does. Its kilobytes are those of all templates.
 *
 * @throws {Error} when it fails
 */
export async function synthesize(size: number, { bundled, spread }: SynthOptions): Promise<Sized> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-synth-'));
  try {
    const file = join(folder, 'fleet.json');
    await writeFile(file, JSON.stringify({ ...fleetOf(size), ...(spread && { stack: 'all', spread }) }));
    const context = { ...(await contextOf()), credentials: file, ...(!bundled && { 'aws:cdk:bundling-stacks': [] }) };
    const env = { ...process.env, CDK_OUTDIR: join(folder, 'out'), CDK_CONTEXT_JSON: JSON.stringify(context) };
    const begun = performance.now();
    const megabytes = await memoryOf(env);
    const ms = performance.now() - begun;
    return { credentials: size, ms, megabytes, kilobytes: await kilobytesIn(join(folder, 'out')) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function kilobytesIn(folder: string): Promise<number> {
  const templates = (await readdir(folder)).filter((name) => name.endsWith('.template.json'));
  const sizes = await Promise.all(templates.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function contextOf(): Promise<object> {
  return (JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8')) as { readonly context: object }).context;
}

async function memoryOf(env: NodeJS.ProcessEnv): Promise<number> {
  const report = resolve(import.meta.dirname, 'exit-report.ts');
  const execArgv = ['--import', report];
  const app = fork(join(ROOT, 'infra/app.ts'), {
    cwd: ROOT,
    env,
    execArgv,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let megabytes = 0;
  app.on('message', (told: number) => {
    megabytes = told;
  });
  const [code] = await once(app, 'close');
  if (code !== 0) throw new Error(`synth ended with ${code}`);
  return megabytes;
}

/** A fleet file. */
function fleetOf(size: number): object {
  const credentials = Array.from({ length: size }, (_, index) => {
    const id = `customer-${index + 1}`;
    const secretId = (end: string) => `${ACCESS}/${id}/${end}`;
    return {
      id,
      accessTokenUrl: `https://iam.example.com/auth/realms/${id}/protocol/openid-connect/token`,
      clientId: 'NC_Flow_OData',
      iam: {
        adminUrl: `https://iam.example.com/auth/admin/realms/${id}`,
        auth: { clientId: 'flow-secret-rotator', secretId: secretId('iam') },
      },
      connectors: [
        {
          name: 'IFS',
          url: `https://flow.example.com/odata-connector/configurations/${id}`,
          auth: { type: 'bearer', secretId: secretId('connector') },
        },
      ],
      schedule: { expression: 'cron(0 3 ? * SUN *)' },
    };
  });
  return { credentials };
}
