import { RotationError } from '../../credential/errors.ts';
import { settingsPin } from '../../credential/events/pin.ts';

/** Looks whether settings in a schedule are those that the stack wrote. */
export type PinCheck = (id: string, settings: object) => Promise<void>;

/**
 * A check that asks once for what it doesn't know yet, and remembers what was right while the function is warm.
 *
 * @param pinOf the digest that the stack wrote, by a credential's id @default - nothing is checked
 * @returns throws {@link RotationError} `settings-invalid` where they are not
 */
export function pinCheck(pinOf?: (id: string) => Promise<string | undefined>): PinCheck {
  const known = new Map<string, string>();
  return async (id, settings) => {
    if (!pinOf) return;
    const found = settingsPin(settings);
    if (known.get(id) === found) return;
    if ((await pinOf(id)) !== found) throw changed(id);
    known.set(id, found);
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
