import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** Answers every address of a host. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Whom one may talk to. */
export interface Reach {
  /** Whether private, loopback and link-local addresses are meant to be reached. */
  readonly allowPrivate: boolean;
  readonly resolve?: Resolve;
}

const resolveAll: Resolve = (host) =>
  new Promise((resolve, reject) => lookUp(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found))));

/**
 * The addresses of a host that may be connected to. Whoever can write an address into the configuration, or a name server, could have this
 * process knock at doors that only it can reach: so where one of them is not public, none is answered. Throws with words that say which.
 */
export async function addressesOf(host: string, { allowPrivate, resolve = resolveAll }: Reach): Promise<readonly LookupAddress[]> {
  const plain = host.replace(/^\[(.*)\]$/u, '$1');
  const family = isIP(plain);
  const found = family === 0 ? await resolve(plain) : [{ address: plain, family }];
  if (found.length === 0) throw new Error(`${plain} has no address`);
  const closed = allowPrivate ? undefined : found.find(({ address }) => !isPublic(address));
  if (closed) throw new Error(`${plain} leads to ${closed.address}, which is not a public address; allowPrivate: true permits it`);
  return found;
}

/** What a connection asks for addresses, so that it goes to those that were looked at: a name that leads elsewhere a moment later changes nothing. */
export function lookupWithin(reach: Reach): LookupFunction {
  const find = callbackify((host: string) => addressesOf(host, reach));
  return (host, { all }, callback) =>
    find(host, (error, found) => {
      const [first] = found ?? [];
      if (error || !first) callback(error, '');
      else if (all) callback(null, [...found]);
      else callback(null, first.address, first.family);
    });
}

/** An address that carries another one, such as ::ffff:127.0.0.1, is that one; those of tunnels count as private. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}
