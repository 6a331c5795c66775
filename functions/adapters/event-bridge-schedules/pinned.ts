import { RotationError } from '../../credential/errors.ts';
import { settingsPin } from '../../credential/events/pin.ts';
import type { SecretOverview } from '../../ports/secret-store.ts';

/** What the stack wrote to a credential's secret, and what else the same answer tells of it. */
export interface Pin {
  /** The digest of the settings. */
  readonly digest?: string | undefined;
  readonly overview: SecretOverview;
}

/** Looks whether settings in a schedule are those that the stack wrote. Gives what it has seen of the secret, where it had to ask. */
type PinCheck = (id: string, settings: object) => Promise<SecretOverview | undefined>;

/**
 * A check that asks once for what it doesn't know yet, and remembers what was right while the function is warm.
 *
 * @param pinOf what the stack wrote, by a credential's id @default - nothing is checked
 * @returns throws {@link RotationError} `settings-invalid` where they are not
 */
export function pinCheck(pinOf?: (id: string) => Promise<Pin>): PinCheck {
  const known = new Map<string, string>();
  return async (id, settings) => {
    if (!pinOf) return undefined;
    const found = settingsPin(settings);
    if (known.get(id) === found) return undefined;
    const { digest, overview } = await pinOf(id);
    if (digest !== found) throw changed(id);
    known.set(id, found);
    return overview;
  };
}

function changed(id: string): RotationError {
  return new RotationError(
    'settings-invalid',
    `The settings in the schedule of ${id} are not those that its stack wrote: somebody changed them there`,
    {
      next: 'See in CloudTrail who called UpdateSchedule. Then move the flexibleWindow of the credential in the fleet file by a little and deploy, which writes the schedule anew.',
    },
  );
}
