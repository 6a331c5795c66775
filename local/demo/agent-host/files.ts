import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEYS, REGION } from '../../embedded-stack/names.ts';
import type { Configuration } from '../../stand-ins/connector/configuration.ts';
import { agentOf, type Customer } from '../fleet/customers.ts';

/** The files of a connector's host. */
export interface HostFiles {
  /** All of them are below it. */
  readonly folder: string;
  /** What the connector is configured with: the agent writes it, and the connector reads it. */
  readonly configuration: string;
  /** The agent's settings. */
  readonly settings: string;
  /** The keys with which the agent signs in to AWS. */
  readonly keys: string;
}

/** What a host is made for. */
export interface HostInput {
  readonly prefix: string;
  readonly customer: Customer;
  readonly configuration: Configuration;
}

/** Makes a temporary folder with the files of a host. Only this user may read them. */
export async function makeHostFiles({ prefix, customer, configuration }: HostInput): Promise<HostFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'client-secret-rotation-host-'));
  const connector = join(folder, 'connector');
  await mkdir(connector, { mode: 0o700 });
  const files = {
    folder,
    configuration: join(connector, 'settings.json'),
    settings: join(folder, 'agent.json'),
    keys: join(folder, 'keys'),
  };
  const settings = agentSettings({ prefix, customer, state: join(folder, 'state'), file: files.configuration });
  const { accessKeyId, secretAccessKey } = KEYS;
  const keys = `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  const contents = [
    [files.configuration, JSON.stringify(configuration, null, 2)],
    [files.settings, JSON.stringify(settings)],
    [files.keys, keys],
  ] as const;
  await Promise.all(contents.map(([path, text]) => writeFile(path, text, { mode: 0o600 })));
  return files;
}

interface AgentSettingsInput extends Pick<HostInput, 'prefix' | 'customer'> {
  readonly state: string;
  readonly file: string;
}

function agentSettings({ prefix, customer, state, file }: AgentSettingsInput) {
  const { id } = customer;
  const sections = { designTime: placesOf('designTime'), runtime: placesOf('runtime') };
  return {
    name: agentOf(customer),
    prefix,
    region: REGION,
    state,
    transports: { sqs: true },
    configurations: [
      { name: id, credential: id, adapter: { type: 'json', file, name: '/name', sections }, hotReload: true },
    ],
  };
}

/** Where the parts of a section stand in the connector's file. */
function placesOf(section: 'designTime' | 'runtime') {
  const at = (member: string) => `/authentication/${section}/${member}`;
  return {
    accessTokenUrl: at('accessTokenUrl'),
    clientId: at('clientId'),
    clientSecret: at('clientSecret'),
    scopes: at('scopes'),
  };
}
