/** Partitions of AWS whose hosts end otherwise than those of the others. */
const SUFFIXES: Readonly<Record<string, string>> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

/**
 * What the names of AWS's hosts end with.
 *
 * @param partition the second part of an ARN, for example `aws-us-gov`
 * @see [AWS partitions](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)
 */
export function dnsSuffix(partition: string | undefined): string {
  return SUFFIXES[partition ?? ''] ?? 'amazonaws.com';
}
