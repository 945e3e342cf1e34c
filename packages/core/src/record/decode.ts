import { decodeChange } from '@automerge/automerge';
import { actorIdFrom, changeHash, opIdFrom, type ChangeHash } from '../ids.ts';
import type { Scalar } from '../values.ts';
import { encode, type WireChange } from './encode.ts';

/**
 * Reads a change that `encode` made: `encode(decode(chunk))` has the very bytes of `chunk`, which is checked, so that a change that Concord did
 * not make is refused and never read in part. Takes a tenth of a millisecond: it is not for the way of an edit.
 */
export function decode(chunk: Uint8Array): WireChange & { readonly hash: ChangeHash } {
  const told = decodeChange(chunk);
  const change = {
    actor: actorIdFrom(told.actor),
    seq: told.seq,
    startOp: told.startOp,
    time: told.time,
    message: told.message ?? '',
    deps: told.deps.map(changeHash),
    ops: told.ops.map(({ key, value, pred }) => ({ key, value: scalarOf(value), pred: pred.map(opIdFrom) })),
  };
  const { hash } = encode(change);
  if (hash !== told.hash) throw new Error(`Change ${told.hash} was not made by Concord.`);
  return { ...change, hash };
}

function scalarOf(value: unknown): Scalar {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new Error('A change sets something that is no scalar.');
}
