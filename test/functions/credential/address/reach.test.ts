import { expect, it } from '@jest/globals';
import { reachOf } from '../../../../functions/credential/address/reach.ts';

it.each([
  ['169.254.169.254', 'nowhere'],
  ['::ffff:169.254.169.254', 'nowhere'],
  ['64:ff9b::a9fe:a9fe', 'nowhere'],
  ['2002:a9fe:a9fe::1', 'nowhere'],
  ['fd00:ec2::254', 'nowhere'],
  ['fe80::1%eth0', 'nowhere'],
  ['0.0.0.0', 'nowhere'],
  ['::', 'nowhere'],
  ['::127.0.0.1', 'nowhere'],
  ['224.0.0.1', 'nowhere'],
  ['255.255.255.255', 'nowhere'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['64:ff9b::10.0.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['11.0.0.0', 'public'],
  ['100.128.0.1', 'public'],
  ['172.32.0.1', 'public'],
  ['8.8.8.8', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['2001:4860:4860::8888', 'public'],
  ['iam.example.com', 'public'],
] as const)('%s leads to: %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach);
});
