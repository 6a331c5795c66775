import * as z from 'zod';
import { DURATION, parseDuration } from '../duration.ts';

/** A credential's id. */
export const ID = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;
/** {@link ID} in words. */
export const ID_RULE = 'must be 3 to 40 lower-case letters, digits and hyphens; for example acme-prod';
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** A duration in ISO 8601, both ends included. */
export const durationBetween = (shortest: string, longest: string) =>
  z
    .string()
    .superRefine((text, issues) => {
      const ms = parseDuration(text);
      if (ms === undefined) {
        issues.addIssue(`'${text}' is not an ISO 8601 duration of days, hours, minutes and seconds; for example PT24H`);
      } else if (ms < (parseDuration(shortest) ?? 0) || ms > (parseDuration(longest) ?? 0)) {
        issues.addIssue(`'${text}' is not between ${shortest} and ${longest}`);
      }
    })
    .meta({ pattern: DURATION.source });

/** Scope tokens. */
export const scope = z
  .string()
  .max(1024)
  .regex(SCOPE, 'must be scope tokens with one space between (RFC 6749 §3.3); for example openid microprofile-jwt');

/** Whether the expression and the zone can be used is judged at synth: a run reads them, and must not be refused by the clock. */
export const schedule = z.strictObject({
  expression: z.string().min(1).max(256).meta({ pattern: '^(cron|rate)\\(.+\\)$' }),
  timezone: z.string().min(1).meta({ pattern: '^[A-Z][A-Za-z0-9_+/-]+$' }).default('UTC'),
  flexibleWindow: durationBetween('PT1M', 'PT24H').optional(),
  state: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
});

/** Days on which scheduled runs do nothing, both included. */
export const freeze = z
  .strictObject({ from: z.iso.date(), to: z.iso.date(), reason: z.string().min(1).max(200) })
  .refine(({ from, to }) => from <= to, 'ends before it begins');

/** A name that is compared byte for byte: a blank that nobody sees would make it another one. */
export const name = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !/^\s|\s$|\p{C}/u.test(text), 'has a blank at its beginning or end, or a control character in it');

/** A client that is rotated. */
export const clientId = name
  .max(255)
  .refine((id) => !/^\.{1,2}$/.test(id), 'is no Client ID')
  .refine((id) => !/^IFS_/i.test(id), "IFS's own clients (IFS_…) are not ours to rotate")
  .meta({ pattern: '^(?![Ii][Ff][Ss]_)' });

/** Two clients that are linked to the same service user. */
export const clientPair = z
  .tuple([clientId, clientId])
  .refine(([one, other]) => one !== other, 'must be two different Client IDs');

/** Tags of the secret. */
export const tags = z.record(
  z.string().regex(/^(?![Aa][Ww][Ss]:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u, 'is not a key that AWS takes for a tag'),
  z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, 'is not a value that AWS takes for a tag'),
);
