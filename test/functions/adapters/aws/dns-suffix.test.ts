import { describe, expect, it } from '@jest/globals';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { dnsSuffix } from '../../../../functions/adapters/aws/dns-suffix.ts';

describe('the end of the names of hosts', () => {
  it.each(RegionInfo.regions.map(({ name, partition, domainSuffix }) => [name, partition, domainSuffix] as const))(
    'is as the CDK has it: %s',
    (_region, partition, suffix) => {
      expect(dnsSuffix(partition)).toBe(suffix);
    },
  );

  it('is that of most partitions where one is not known', () => {
    expect(dnsSuffix(undefined)).toBe('amazonaws.com');
  });
});
