import { BlockList, isIP } from 'node:net';

/** Where an address leads: nowhere that anything of ours could be, to the machine itself, into a private network, or anywhere else. */
export type Reach = 'nowhere' | 'loopback' | 'private' | 'public';

/** A translator of [RFC 6052](https://www.rfc-editor.org/rfc/rfc6052) makes these of IPv4 addresses, and leads to the same place. */
const TRANSLATED = '64:ff9b::';

type Subnet = readonly [network: string, bits: number];

/**
 * Link-local addresses, where clouds keep their instance metadata; AWS's own local services; "this host"; groups; what is reserved; and
 * forms that hide an IPv4 address: 6to4, Teredo, [SIIT](https://www.rfc-editor.org/rfc/rfc2765#section-2.1), and the translators of
 * [RFC 8215](https://www.rfc-editor.org/rfc/rfc8215), each of which puts it where it likes.
 */
const NOWHERE = blockList(
  [
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
  [
    ['::', 96],
    ['fe80::', 10],
    ['ff00::', 8],
    ['fd00:ec2::', 32],
    ['2002::', 16],
    ['2001::', 32],
    ['::ffff:0:0:0', 96],
    ['64:ff9b:1::', 48],
  ],
);

const LOOPBACK = blockList([['127.0.0.0', 8]], [['::1', 128]]);

/** [RFC 6890](https://www.rfc-editor.org/rfc/rfc6890), as far as packets get anywhere. */
const PRIVATE = blockList(
  [
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ],
  [
    ['fc00::', 7],
    ['fec0::', 10],
  ],
);

/** @param address of IPv4 or IPv6, or a host name, which is public as far as one can see */
export function reachOf(address: string): Reach {
  const family = isIP(address);
  if (family === 0) return 'public';
  const within = (list: BlockList) => list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  if (within(LOOPBACK)) return 'loopback';
  if (within(NOWHERE)) return 'nowhere';
  return within(PRIVATE) ? 'private' : 'public';
}

/** A list knows an IPv4 address also as `::ffff:…`. */
function blockList(ipv4: readonly Subnet[], ipv6: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of ipv4) {
    list.addSubnet(network, bits, 'ipv4');
    list.addSubnet(`${TRANSLATED}${network}`, 96 + bits, 'ipv6');
  }
  for (const [network, bits] of ipv6) list.addSubnet(network, bits, 'ipv6');
  return list;
}
