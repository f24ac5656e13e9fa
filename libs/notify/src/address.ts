import { BlockList, isIP } from 'node:net';

// IANA special-purpose registries (RFC 6890 and its updates): whatever is not an address of the public internet.
const V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Only global unicast is public; within it, these are not, or hide a v4 address (6to4, Teredo). */
const V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];
/** Azure's wire server: a metadata address that lies in public space. */
const METADATA = ['168.63.129.16'];

const list = (subnets: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList => {
  const blocked = new BlockList();
  for (const [net, bits] of subnets) blocked.addSubnet(net, bits, family);
  return blocked;
};
const forbiddenV4 = list(V4, 'ipv4');
for (const address of METADATA) forbiddenV4.addAddress(address, 'ipv4');
const forbiddenV6 = list(V6, 'ipv6');
const globalV6 = list([['2000::', 3]], 'ipv6');
const loopbackV4 = list([['127.0.0.0', 8]], 'ipv4');

/**
 * Whether no connection may be made to an IP address: all that is not public, also as v4 inside v6 (mapped, NAT64, 6to4,
 * Teredo, which are outside of what is allowed). What is no IP address is forbidden too.
 */
export function isForbidden(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return forbiddenV4.check(address, 'ipv4');
  // A zone (fe80::1%eth0) is never public.
  if (family !== 6 || address.includes('%')) return true;
  return !globalV6.check(address, 'ipv6') || forbiddenV6.check(address, 'ipv6');
}

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean =>
  isIP(address) === 4 ? loopbackV4.check(address, 'ipv4') : address === '::1';
