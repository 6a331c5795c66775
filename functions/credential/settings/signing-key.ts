import * as z from 'zod';
import type { SettingsContext } from './parts/context.ts';

/** A key, as only its account and region know it. */
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

/** The alias of the signing key that the stack makes where a credential names it. */
export function signerAlias({ prefix }: Pick<SettingsContext, 'prefix'>): string {
  return `alias/${prefix}-signer`;
}

/** Whether a key is named by its ARN: then the stack has not made it. */
export function isKeyArn(kmsKeyId: string): boolean {
  return KEY_ARN.test(kmsKeyId);
}

/** The KMS key with which the rotator signs. */
export function signingKey(context: SettingsContext) {
  const own = signerAlias(context);
  return z
    .string()
    .max(2048)
    .refine(
      (text) => text === own || isKeyArn(text),
      `must be ${own}, the key that the stack makes, or the ARN of a key in the same account and region`,
    )
    .meta({ pattern: `^(alias/[a-z0-9-]+-signer|${KEY_ARN.source.slice(1, -1)})$` });
}
