import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isForbidden, isLoopback } from './address.js';
import type { ErrorClass } from './attempt.js';

/** All addresses of a name, v4 and v6. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface GuardOptions {
  /** Lets this machine be reached, over http too. For development only. */
  readonly dangerouslyAllowLoopback: boolean;
  /** null allows all ports. */
  readonly allowedPorts: readonly number[] | null;
  readonly resolve?: Resolve;
}

export type Checked = { readonly address: string } | { readonly refused: ErrorClass };

const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * The one address that may be connected to. The name is resolved once, here; every address that it has must be public,
 * so that a name which sometimes leads inside leads nowhere. Numbers in other notations are read by the URL parser as
 * the client would read them.
 */
export async function checkedAddress(url: URL, options: GuardOptions): Promise<Checked> {
  const { dangerouslyAllowLoopback: loopback, allowedPorts } = options;
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (allowedPorts !== null && !allowedPorts.includes(port)) return { refused: 'forbidden_address' };
  if (url.username !== '' || url.password !== '') return { refused: 'forbidden_address' };
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await addressesOf(hostname, options.resolve ?? resolveAll);
  const [first] = addresses ?? [];
  if (addresses === null || first === undefined) return { refused: 'dns' };
  const isLocal = addresses.every(isLoopback);
  if (url.protocol !== 'https:' && !(loopback && isLocal && url.protocol === 'http:'))
    return { refused: 'forbidden_address' };
  if (addresses.some(isForbidden) && !(loopback && isLocal)) return { refused: 'forbidden_address' };
  return { address: first };
}

async function addressesOf(hostname: string, resolve: Resolve): Promise<readonly string[] | null> {
  if (isIP(hostname) !== 0) return [hostname];
  try {
    return await resolve(hostname);
  } catch {
    return null;
  }
}
