import { CUTS_OFF, cutsOff } from '../../functions/credential/schedule/faults.ts';
import { type Credential, writtenAccessSecrets } from '../../functions/credential/settings/credential.ts';
import { anyway } from '../../functions/credential/settings/parts/checks.ts';

/** A setting, and what is to be said about it. */
type Told = [path: PropertyKey[], message: string];

/** What a gateway does not hand on as it was written. */
const NOT_IN_A_PATH = /[/?#%\\]|^\.{1,2}$/;

/** Refuses what can't go well where a person has a part. */
export const doorsFit = anyway<Record<string, unknown>>(({ strategy, connectors, schedule }, tell) => {
  const manual = (Array.isArray(connectors) ? connectors : []).flatMap((one, index) =>
    isManual(one) ? [{ name: one.name, index }] : [],
  );
  if (manual.length > 0 && cutsOff({ strategy, schedule })) tell(['strategy'], CUTS_OFF);
  for (const { name, index } of manual) {
    if (typeof name !== 'string' || !NOT_IN_A_PATH.test(name)) continue;
    tell(
      ['connectors', index, 'name'],
      'must not have / ? # % or \\ in it: the name of a manual connector stands in the path of its acknowledgement',
    );
  }
});

function isManual(connector: unknown): connector is { readonly name?: unknown } {
  return (connector as { via?: unknown } | null | undefined)?.via === 'manual';
}

/** What is allowed where a person, or the rotator itself, has a part, yet worth a second look. */
export function doorWarnings({ strategy, iam, connectors }: Credential): Told[] {
  const warnings: Told[] = [];
  const index = connectors.findIndex(({ via }) => via === 'manual');
  if (index >= 0 && strategy === 'auto' && iam.type === 'keycloak') {
    warnings.push([
      ['connectors', index, 'via'],
      'scheduled rotations are refused where the IAM cannot overlap: the connector would be cut off until somebody enters the new secret',
    ]);
  }
  if (iam.type === 'manual' && strategy !== 'alternating-clients') {
    warnings.push([
      ['iam', 'type'],
      'refreshing the secret ends the old one at once: connectors are cut off until they have the new one; with alternating-clients they are not',
    ]);
  }
  const written = writtenAccessSecrets({ connectors });
  if (written.length > 0 && strategy !== 'dual-secret' && iam.type === 'keycloak') {
    warnings.push([
      ['strategy'],
      `where the IAM cannot overlap, whoever signs in with ${written.join(' or ')} is refused from the change in the IAM until it is written; with dual-secret nobody is`,
    ]);
  }
  return warnings;
}
