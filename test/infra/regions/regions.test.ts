import { describe, expect, it } from '@jest/globals';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { partitionOf, REGIONS } from '../../../infra/regions/regions.ts';

describe('the regions of AWS', () => {
  it('are those that the CDK knows, in the same partitions', () => {
    const known = RegionInfo.regions.map(({ name, partition }) => [name, partition]);

    expect(REGIONS.map((name) => [name, partitionOf(name)])).toEqual(known.toSorted());
    expect(known.length).toBeGreaterThan(30);
  });
});
