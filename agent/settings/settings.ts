import * as z from 'zod';
import { clientPair, ID, ID_RULE } from '../../functions/credential/settings/parts/parts.ts';
import { Adapter } from './adapter.ts';
import { absolutePath, argv, httpUrl, name, timeout } from './parts.ts';

const loading = z.strictObject({
  command: argv,
  timeout: timeout.default('PT1M'),
  /** Run by `prepare` and `agent check`: exit code 0 says that the command may be run. */
  check: argv.optional(),
});

const ready = z.union([
  z.strictObject({ url: httpUrl, timeout: timeout.default('PT1M') }),
  z.strictObject({ command: argv, timeout: timeout.default('PT1M') }),
]);

const configuration = z
  .strictObject({
    name,
    credential: z.string().regex(ID, ID_RULE),
    /** Default: `<prefix>/<credential>`. */
    secretId: z.string().min(1).optional(),
    displayName: z.string().min(1).optional(),
    /** The two clients of a credential with the strategy alternating-clients. */
    clientIds: clientPair.optional(),
    adapter: Adapter,
    restart: loading.optional(),
    reload: loading.optional(),
    /** The connector is known to read its configuration anew by itself. */
    hotReload: z.boolean().default(false),
    ready: ready.optional(),
    tokenCheck: z.boolean().default(false),
  })
  .refine(({ restart, reload, hotReload }) => [restart, reload, hotReload || undefined].filter(Boolean).length <= 1, {
    error: 'has more than one of restart, reload and hotReload',
  });

/** The agent's settings. They are on the host only: nothing that comes over a line can add to them. */
export const Settings = z
  .strictObject({
    $schema: z.string().optional(),
    name,
    prefix: name.default('client-secret-rotation'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not an AWS region; for example eu-north-1')
      .optional(),
    /** An HTTP proxy through which HTTPS goes. A password in it is refused. */
    proxy: httpUrl
      .refine((text) => !URL.canParse(text) || new URL(text).password === '', 'must not carry a password')
      .optional(),
    /** Certificates (PEM) that are trusted besides the usual ones. */
    ca: absolutePath.optional(),
    state: absolutePath,
    configurations: z.array(configuration).min(1).max(50),
    transports: z.strictObject({
      listen: z.strictObject({ port: z.int().min(0).max(65_535), tokenFile: absolutePath }).optional(),
      sqs: z.literal(true).optional(),
    }),
  })
  .superRefine(({ configurations, transports, region }, issues) => {
    const names = configurations.map((each) => each.name);
    if (new Set(names).size < names.length) issues.addIssue('has two configurations of one name');
    if (!transports.listen && !transports.sqs) issues.addIssue('transports: has neither listen nor sqs');
    if (transports.sqs && !region) issues.addIssue('region: is needed for sqs');
  });

export type Settings = z.infer<typeof Settings>;
export type ConfigurationSettings = Settings['configurations'][number];

/** The name of the secret that a configuration's credential has. */
export function secretIdOf({ prefix }: Settings, { secretId, credential }: ConfigurationSettings): string {
  return secretId ?? `${prefix}/${credential}`;
}
