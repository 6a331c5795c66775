import type { Column, Form } from '../../sheet/read.ts';

/** A column of settings: where its cells go, and how they are read. */
interface SettingColumn extends Column {
  /** In the credential; of a connector what comes after `connectors[n]`. */
  readonly path: readonly string[];
  readonly of?: 'connector';
  readonly read?: (cell: string) => string;
}

const lower = (cell: string) => cell.toLowerCase();
const upper = (cell: string) => cell.toUpperCase();

/** Columns whose cells are settings as they stand. */
const SETTINGS = {
  customer: { title: 'Customer', also: ['tenant', 'customer name'], path: ['tags', 'customer'] },
  environment: { title: 'Environment', also: ['env', 'stage'], path: ['tags', 'environment'] },
  accessTokenUrl: { title: 'Access Token URL', also: ['token url', 'token endpoint'], path: ['accessTokenUrl'] },
  clientId: { title: 'Client ID', also: ['client'], path: ['clientId'] },
  scope: { title: 'Scope', also: ['scopes', 'scope(s)'], path: ['scope'] },
  strategy: { title: 'Strategy', path: ['strategy'], read: lower },
  grace: { title: 'Grace', also: ['grace period'], path: ['grace'], read: upper },
  maxAge: { title: 'Max age', also: ['maximum age'], path: ['maxAge'], read: upper },
  iam: { title: 'IAM', also: ['iam type'], path: ['iam', 'type'], read: lower },
  iamOwner: { title: 'IAM owner', path: ['iam', 'owner'] },
  adminUrl: { title: 'Admin URL', also: ['iam admin url'], path: ['iam', 'adminUrl'] },
  adminClientId: { title: 'Admin client ID', also: ['rotator client id'], path: ['iam', 'auth', 'clientId'] },
  adminSecretId: { title: 'Admin secret ID', also: ['iam secret id'], path: ['iam', 'auth', 'secretId'] },
  connector: { title: 'Connector', also: ['connector name'], path: ['name'], of: 'connector' },
  via: { title: 'Connector door', also: ['via', 'door'], path: ['via'], of: 'connector', read: lower },
  connectorUrl: { title: 'Connector URL', path: ['url'], of: 'connector' },
  connectorAuth: {
    title: 'Connector sign-in',
    also: ['connector auth', 'connector authentication'],
    path: ['auth', 'type'],
    of: 'connector',
    read: lower,
  },
  connectorSecretId: { title: 'Connector secret ID', path: ['auth', 'secretId'], of: 'connector' },
  connectorOwner: { title: 'Connector owner', path: ['owner'], of: 'connector' },
  agent: { title: 'Agent', also: ['agent name'], path: ['agent'], of: 'connector' },
  configuration: { title: 'Configuration', also: ['agent configuration'], path: ['configuration'], of: 'connector' },
  serviceUri: { title: 'Service URI', also: ['service url'], path: ['serviceUri'] },
  schedule: { title: 'Schedule', also: ['cron', 'schedule expression'], path: ['schedule', 'expression'] },
  timezone: { title: 'Time zone', also: ['tz'], path: ['schedule', 'timezone'] },
  flexibleWindow: { title: 'Flexible window', also: ['window'], path: ['schedule', 'flexibleWindow'], read: upper },
  state: { title: 'State', also: ['schedule state'], path: ['schedule', 'state'], read: upper },
} as const satisfies Readonly<Record<string, SettingColumn>>;

/** Columns that have to be put together first. */
const COMPOSED = {
  id: { title: 'ID', also: ['credential', 'credential id'] },
  baseUrl: { title: 'Base URL', also: ['ifs url', 'system url', 'ifs cloud url'] },
  realm: { title: 'Realm', also: ['namespace'] },
  secondClientId: { title: 'Second client ID', also: ['client id 2', 'other client id'] },
  tags: { title: 'Tags', also: ['labels'] },
} as const satisfies Readonly<Record<string, Column>>;

export type SettingKey = keyof typeof SETTINGS;
export type ColumnKey = SettingKey | keyof typeof COMPOSED;

/** A column of this key is one tag: `tag:cost center`. */
export const TAG_PREFIX = 'tag:';

/** A sheet of credentials. */
export const CREDENTIALS: Form<ColumnKey> = {
  name: 'a sheet of credentials',
  columns: { ...COMPOSED, ...SETTINGS },
  open: (header) => {
    const [, key] = /^tag[\s:._-]+(.+)$/i.exec(header) ?? [];
    return key === undefined ? undefined : `${TAG_PREFIX}${key.trim()}`;
  },
};

/** The settings' columns, widened to what all of them have. */
export const SETTING_COLUMNS: readonly (readonly [SettingKey, SettingColumn])[] = Object.entries(SETTINGS) as never;

/** A sheet to begin with: every column that most people need, and two examples. */
export const TEMPLATE: readonly (readonly string[])[] = [
  [
    'Customer',
    'Environment',
    'Base URL',
    'Realm',
    'Client ID',
    'Connector',
    'Connector URL',
    'Schedule',
    'Time zone',
    'Grace',
    'Tags',
  ],
  [
    'acme',
    'prod',
    'https://acme.example.com',
    'acmeprod',
    'NC_Flow_OData',
    'IFS Cloud',
    'https://flow.acme.example.com/odata-connector/configurations/ifs-production',
    'cron(30 3 ? * SUN *)',
    'Europe/Stockholm',
    'PT24H',
    'owner=integration team',
  ],
  [
    'acme',
    'test',
    'https://acme-test.example.com',
    'acmetest',
    'NC_Flow_OData',
    'IFS Cloud',
    'https://flow.acme.example.com/odata-connector/configurations/ifs-test',
    'cron(30 3 ? * SAT *)',
    'Europe/Stockholm',
    'PT1H',
    'owner=integration team',
  ],
];
