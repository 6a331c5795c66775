import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Replica } from '../../functions/credential/settings/placement.ts';
import type { Deployment } from '../context.ts';
import { didYouMean } from '../faults/did-you-mean.ts';
import type { Fault } from '../faults/fault.ts';
import { partitionOf, REGIONS } from './regions.ts';

type Placed = Pick<Deployment, 'replicaRegions' | 'region' | 'local'>;

/**
 * The other regions in which a credential's secret has a copy: its own, or else those of the deployment. The region of the deployment
 * itself is left out: a fleet that has moved to the region of its replicas has them still in its file.
 */
export function replicasOf({ replicaRegions, account }: Credential, deployment: Placed): readonly Replica[] {
  // What lies here then is the digest of the settings alone.
  if (account) return [];
  return (replicaRegions ?? deployment.replicaRegions ?? []).filter(({ region }) => region !== deployment.region);
}

/** What is wrong with the replicas of credentials. */
export function replicaFaults(credentials: readonly Credential[], deployment: Placed): Fault[] {
  return credentials.flatMap(({ replicaRegions = [] }, index) =>
    faultsIn(replicaRegions, deployment).map(({ path, message }) => ({
      path: ['credentials', index, 'replicaRegions', ...path],
      message,
    })),
  );
}

/** What is wrong with those of the context. One line each. */
export function replicaContextFaults(deployment: Placed): string[] {
  return faultsIn(deployment.replicaRegions ?? [], deployment).map(
    ({ path: [index, ...more], message }) =>
      `context.replicaRegions[${String(index)}]${more.map((one) => `.${String(one)}`).join('')}: ${message}`,
  );
}

function faultsIn(replicas: readonly Replica[], { region: own, local }: Placed): Fault[] {
  return replicas.flatMap(({ region, kmsKeyId }, index): Fault[] => {
    if (!REGIONS.includes(region)) return [{ path: [index, 'region'], message: unknown(region) }];
    const [, , , keyRegion] = kmsKeyId?.split(':') ?? [];
    if (keyRegion !== undefined && keyRegion !== region)
      return [{ path: [index, 'kmsKeyId'], message: `is a key of ${keyRegion}: name one of ${region}` }];
    if (own === undefined || local || partitionOf(region) === partitionOf(own)) return [];
    const message = `'${region}' is in the partition ${partitionOf(region)}, and ${own} in ${partitionOf(own)}: nothing is copied between them`;
    return [{ path: [index, 'region'], message }];
  });
}

function unknown(region: string): string {
  return `'${region}' is not a region of AWS${hint(didYouMean(region, REGIONS))}`;
}

function hint(text: string | undefined): string {
  return text === undefined ? '' : `; ${text}`;
}
