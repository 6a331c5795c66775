import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { isLoopback } from '../../functions/credential/address/addresses.ts';
import { durationBetween } from '../../functions/credential/settings/parts/parts.ts';

/** A path on this host. */
export const absolutePath = z.string().refine((path) => isAbsolute(path), 'must be an absolute path on this host');

/** A program and its arguments. No shell reads them. */
export const argv = z.tuple([z.string().min(1)], z.string());

/** A name of an agent, a configuration or a prefix, as it appears in the names of queues and files. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, 40 at most');

/** How long something may take. */
export const timeout = durationBetween('PT1S', 'PT10M');

/** A URL of this host. */
export const loopbackUrl = z
  .url()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && isLoopback(new URL(text).hostname),
    'must be an http or https URL of this host: 127.0.0.1, [::1] or localhost',
  );

/** A URL that a ready check asks. */
export const httpUrl = z.url().refine((text) => /^https?:/.test(text), 'must be an http or https URL');
