import type { ClearClient, ClearIam } from '../iam-in-clear.ts';
import type { IamPortLab } from '../iam-port.ts';

/** A write of the port, on a client that was found. */
type Write = (iam: ClearIam, client: ClearClient, lab: IamPortLab) => Promise<unknown>;

const inTenMinutes = (lab: IamPortLab) => new Date(lab.now().getTime() + 600_000);

/** Every write of the port. */
export const WRITES = {
  prepareOverlap: (iam, client) => iam.prepareOverlap(client),
  probeOverlap: (iam, client) => iam.probeOverlap(client),
  'setSecret with a previous one': (iam, client, lab) =>
    iam.setSecret(client, {
      secret: 'the-new-secret',
      previous: { secret: client.secret, validUntil: inTenMinutes(lab) },
    }),
  'setSecret without a previous one': (iam, client) => iam.setSecret(client, { secret: 'the-new-secret' }),
  regenerate: (iam, client) => iam.regenerate(client),
  endPrevious: (iam, client) => iam.endPrevious(client),
} satisfies Readonly<Record<string, Write>>;
