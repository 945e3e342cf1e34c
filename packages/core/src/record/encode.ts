import { encodeChange } from '@automerge/automerge';
import type { ActorId, ChangeHash, OpId } from '../ids.ts';
import type { Scalar } from '../values.ts';

export interface WireOp {
  readonly action: 'set';
  readonly obj: '_root';
  readonly key: string;
  readonly value: Scalar;
  /** `int` for numbers; strings, booleans and null need none. */
  readonly datatype?: 'int';
  readonly pred: readonly OpId[];
}

export interface WireChange {
  readonly actor: ActorId;
  readonly seq: number;
  readonly startOp: number;
  /** Seconds since 1970 UTC. */
  readonly time: number;
  readonly message: string;
  readonly deps: readonly ChangeHash[];
  readonly ops: readonly WireOp[];
}

/**
 * Automerge's own encoder, under the type that it really has: the declared one forgets null values, demands mutable arrays and an
 * `author` that the encoder ignores. Everything that goes in was made canonical before, so it cannot change a value.
 */
export const encode = encodeChange as unknown as (change: WireChange) => Uint8Array;
