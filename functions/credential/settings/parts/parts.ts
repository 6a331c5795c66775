import * as z from 'zod';
import { DURATION, parseDuration } from '../../duration.ts';

/** A credential's id. */
export const ID = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;
/** {@link ID} in words. */
export const ID_RULE = 'must be 3 to 40 lower-case letters, digits and hyphens; for example acme-prod';
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** A duration in ISO 8601, both ends included; or `none`, which says that there is none. */
export const durationBetween = (shortest: string, longest: string, none?: 'PT0S') =>
  z
    .string()
    .superRefine((text, issues) => {
      if (text === none) return;
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

/** A name that is compared byte for byte: a blank that nobody sees would make it another one. */
export const name = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !/^\s|\s$|\p{C}/u.test(text), 'has a blank at its beginning or end, or a control character in it');

/** Who does something by hand. */
export const owner = name.optional();

/** What a person who does something by hand has to know. */
export const instructions = z
  .string()
  .min(1)
  .max(2000)
  .refine((text) => !/[^\P{C}\n]/u.test(text), 'has a control character in it')
  .optional();

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

/**
 * The name of a secret that the rotator gets in with.
 *
 * @param example what it holds, or an example of its name
 */
export const accessSecretId = (example: string) =>
  z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9/_+=.@-]+$/, 'is not a name that Secrets Manager takes')
    .meta({ pattern: '^[a-z0-9-]+-access/[a-z0-9-]+/[A-Za-z0-9/_+=.@-]+$' })
    .describe(`Secret under <prefix>-access/<id>/ or <prefix>-access/shared/${example}`);

/** A union's own message, unless one of its members failed by a rule of ours, whose message says more. */
export function unionFault(errors: readonly (readonly z.core.$ZodIssue[])[] | undefined, otherwise: string): string {
  const own = (errors ?? []).flat().find((issue) => issue.code === 'custom' || issue.code === 'invalid_format');
  return own?.message ?? otherwise;
}
