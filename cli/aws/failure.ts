import { CliError, failed } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { isUnsent } from '../network.ts';
import { shown } from '../terminal/text.ts';

/** What AWS was asked for. */
export interface AwsCall {
  /** For example `read the secret client-secret-rotation/acme-prod`. */
  readonly to: string;
  readonly credential?: string | undefined;
  /** The profile that was named, by an option or in the environment. */
  readonly profile?: string | undefined;
  /** Whether it may have changed something when its answer is missing. */
  readonly writes?: boolean;
  /** What to do about errors by name. */
  readonly next?: Readonly<Record<string, string>>;
}

type AwsError = Error & { readonly code?: unknown; readonly $metadata?: { readonly httpStatusCode?: number } };

const THROTTLED = /^(Throttling|TooManyRequests|RequestLimitExceeded|SlowDown)/;
const REFUSED = /^(AccessDenied|UnauthorizedOperation|NotAuthorized)/;
const SIGNED_WRONG =
  /^(UnrecognizedClient|InvalidClientTokenId|ExpiredToken|SignatureDoesNotMatch|InvalidSignature|RequestExpired)/;

/**
 * A failed call of AWS in words. Messages of AWS name resources and principals; one about a value that was written may repeat the value, so
 * it isn't told.
 */
export function awsFailure(error: unknown, { to, credential, profile, writes = false, next = {} }: AwsCall): CliError {
  if (error instanceof CliError) return error;
  const { name, message, code, $metadata } = error as AwsError;
  const unsent = typeof code === 'string' && isUnsent(code);
  const told = !writes || unsent || REFUSED.test(name) || SIGNED_WRONG.test(name) ? message : undefined;
  const facts = { credential, code: unsent ? code : name, what: `AWS did not ${to}`, detail: told };
  const advice = next[name];
  if (advice !== undefined) return failed({ ...facts, next: advice });
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return failed({ ...facts, ...signIn(profile) });
  if (/region is missing/i.test(message)) return noRegion();
  if (THROTTLED.test(name))
    return new CliError(EXIT.notNow, { ...facts, state: UNCHANGED, next: 'Repeat the command in a minute.' });
  if (SIGNED_WRONG.test(name))
    return failed({ ...facts, next: 'Sign in anew, and see whether the clock of this machine is right: csr doctor.' });
  if (REFUSED.test(name))
    return failed({
      ...facts,
      next: 'Ask for the permission that the message names, or use another profile: --profile.',
    });
  if (writes && !unsent && ($metadata?.httpStatusCode ?? 500) >= 500)
    return new CliError(EXIT.changed, {
      ...facts,
      state: 'it is not known whether it was written',
      next: 'Repeat the command: writing the same twice does no harm.',
    });
  return failed({
    ...facts,
    next: 'See whether the region is right, and whether AWS can be reached from here: csr doctor.',
  });
}

const UNCHANGED = 'nothing was changed';

function signIn(profile: string | undefined): { what: string; next: string } {
  if (profile === undefined)
    return {
      what: 'There are no AWS credentials here',
      next: 'Sign in: aws sso login, or set AWS_PROFILE, or name a profile with --profile.',
    };
  return {
    what: `The profile ${shown(profile)} gives no AWS credentials`,
    next: `Sign in: aws sso login --profile ${shown(profile)}. Or name another profile with --profile; aws configure list-profiles lists them.`,
  };
}

/** Nobody named a region. */
export function noRegion(): CliError {
  return failed({
    what: 'No AWS region is set',
    next: 'Name it with --region, AWS_REGION, or region in the profile of ~/.aws/config.',
  });
}
