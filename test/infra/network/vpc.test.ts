import { describe, expect, it } from '@jest/globals';
import { faults, read } from '../../support/context.ts';

const ID = 'vpc-0123456789abcdef0';
const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const GROUP = 'sg-0123456789abcdef0';
const TABLE = 'rtb-0123456789abcdef0';
const VPC = { id: ID, subnets: SUBNETS };

describe('context vpc', () => {
  it.each([
    [VPC, { ...VPC, endpoints: false }],
    [JSON.stringify(VPC), { ...VPC, endpoints: false }],
    [
      { ...VPC, securityGroups: [GROUP] },
      { ...VPC, securityGroups: [GROUP], endpoints: false },
    ],
    [
      { ...VPC, endpoints: true, routeTables: [TABLE] },
      { ...VPC, endpoints: true, routeTables: [TABLE] },
    ],
    ['{"cidr":"10.20.0.0/24"}', { cidr: '10.20.0.0/24', natGateways: 1, endpoints: false }],
    [
      { cidr: '172.16.0.0/16', natGateways: 2, endpoints: true },
      { cidr: '172.16.0.0/16', natGateways: 2, endpoints: true },
    ],
  ])('reads %j', (vpc, expected) => {
    expect(read({ vpc }).vpc).toEqual(expected);
  });

  it.each([
    [{ ...VPC, id: 'acme' }, 'context.vpc.id: is not the id of a VPC; for example vpc-0123456789abcdef0'],
    [{ ...VPC, id: SUBNETS[0] }, 'context.vpc.id: is not the id of a VPC; for example vpc-0123456789abcdef0'],
    [{ id: ID }, 'context.vpc.subnets: is missing'],
    [{ subnets: SUBNETS }, 'context.vpc.id: is missing'],
    [
      { ...VPC, subnets: [SUBNETS[0]] },
      'context.vpc.subnets: needs two subnets at least, in two availability zones: with one, nothing runs while its zone is down',
    ],
    [{ ...VPC, subnets: [SUBNETS[0], SUBNETS[0]] }, `context.vpc.subnets: has ${SUBNETS[0]} twice`],
    [
      { ...VPC, subnets: [SUBNETS[0], GROUP] },
      'context.vpc.subnets[1]: is not the id of a subnet; for example subnet-0123456789abcdef0',
    ],
    [
      { ...VPC, securityGroups: [] },
      'context.vpc.securityGroups: needs one at least, or leave it out: the stack makes one',
    ],
    [
      { ...VPC, securityGroups: ['default'] },
      'context.vpc.securityGroups[0]: is not the id of a security group; for example sg-0123456789abcdef0',
    ],
    [
      { ...VPC, endpoints: true },
      'context.vpc.routeTables: is missing: the endpoint of DynamoDB is a route in the tables of the subnets',
    ],
    [{ ...VPC, routeTables: [TABLE] }, 'context.vpc.routeTables: is only needed with "endpoints": true'],
    [{ ...VPC, natGateways: 1 }, 'context.vpc.natGateways: unknown key'],
    [{ cidr: '8.8.8.0/24' }, 'context.vpc.cidr: is not a private IPv4 range; for example 10.20.0.0/24'],
    [{ cidr: '10.20.0.0' }, 'context.vpc.cidr: is not a private IPv4 range; for example 10.20.0.0/24'],
    [{ cidr: '10.20.0.0/28' }, 'context.vpc.cidr: must be between /16 and /25: four subnets have to fit in'],
    [{ cidr: '10.20.0.0/24', natGateways: 0 }, 'context.vpc.natGateways: needs at least 1'],
    [{ cidr: '10.20.0.0/24', subnets: SUBNETS }, 'context.vpc.subnets: unknown key'],
    ['vpc-0123456789abcdef0', 'context.vpc: must be an object { … }, not a text in quotes'],
  ])('refuses %j', (vpc, line) => {
    expect(faults({ vpc })).toEqual([line]);
  });

  it('is refused with local=true', () => {
    expect(faults({ vpc: VPC, local: true })).toEqual([
      'context.vpc: not together with local=true: an emulator has no networks',
    ]);
  });
});
