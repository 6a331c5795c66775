import * as z from 'zod';
import { httpsUrl } from '../../functions/credential/address/addresses.ts';
import type { SettingsContext } from '../../functions/credential/settings/parts/context.ts';

/** Context `jwt`: callers of the API bring a token of this issuer, and sign nothing. */
export const jwtSettings = z.strictObject({
  /** As it stands in the tokens' `iss`, byte for byte. Below it lies `/.well-known/openid-configuration`. */
  issuer: z.string(),
  /** One of them stands in the tokens' `aud`, or in `client_id` where there is no `aud`. */
  audience: z.array(z.string().min(1)).min(1),
});

export type JwtSettings = z.infer<typeof jwtSettings>;

/** What is wrong with an issuer. */
export function issuerFaults(issuer: string, context: SettingsContext): string[] {
  const address = httpsUrl(context)
    .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
    .refine(
      (text) => !text.includes('/.well-known'),
      'is the discovery document; name what stands before /.well-known',
    );
  return address.safeParse(issuer).error?.issues.map(({ message }) => message) ?? [];
}
