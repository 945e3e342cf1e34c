import type { Stamp } from '../clock/stamp.ts';
import { opId, opIdFrom, type ActorId, type ChangeHash, type OpId, type SystemId } from '../ids.ts';
import { isTuple, type Value } from '../values.ts';
import { actorOf } from '../register/actors.ts';
import { encode, type Digest, type WireOp } from './encode.ts';
import { copyOfRecord } from './copies.ts';
import type { RecordState } from './record.ts';

/** One register set in a change. */
export interface Assignment {
  /** The root keys that the register stands for, in the order of tuple values. */
  readonly fields: readonly string[];
  readonly value: Value;
  /** The operations that it replaces; for a group, those of its first member. */
  readonly pred: readonly OpId[];
}

export interface Encoded {
  readonly chunk: Uint8Array;
  readonly hash: ChangeHash;
  readonly actor: ActorId;
  /** The operation of each assignment, in order. */
  readonly ops: readonly OpId[];
  readonly record: RecordState;
}

/**
 * Makes the next Automerge change of a record straight from its row, without loading the document.
 * `deps` are the heads that the author had seen. All members of a group are always set together, so their operations run side by side.
 */
export function appendChange(
  record: RecordState,
  author: SystemId,
  stamp: Stamp,
  deps: readonly ChangeHash[],
  assignments: readonly Assignment[],
  digest?: Digest,
): Encoded {
  const actor = actorOf(author);
  const seq = (record.actors[actor]?.seq ?? 0) + 1;
  const startOp = record.maxOp + 1;
  const { wire, ops, next } = number(assignments, actor, startOp);
  const message = `${stamp.ms}.${stamp.count}`;
  const { chunk, hash } = encode({ actor, seq, startOp, time: Math.floor(stamp.ms / 1000), message, deps, ops: wire }, digest);
  return { chunk, hash, actor, ops, record: advance(record, actor, seq, hash, deps, next - 1) };
}

function number(assignments: readonly Assignment[], actor: ActorId, startOp: number): { wire: WireOp[]; ops: OpId[]; next: number } {
  const wire: WireOp[] = [];
  const ops: OpId[] = [];
  for (const { fields, value, pred } of assignments) {
    ops.push(opId(startOp + wire.length, actor));
    for (const [index, key] of fields.entries()) {
      wire.push({
        key,
        value: isTuple(value) ? (value[index] ?? null) : value,
        pred: index === 0 ? pred : pred.map((op) => shifted(op, index)),
      });
    }
  }
  return { wire, ops, next: startOp + wire.length };
}

/** The operation of a group's member, counted from that of its first. */
export function shifted(op: OpId, by: number): OpId {
  if (by === 0) return op;
  const at = op.indexOf('@');
  return opIdFrom(`${Number(op.slice(0, at)) + by}${op.slice(at)}`);
}

function advance(
  record: RecordState,
  actor: ActorId,
  seq: number,
  hash: ChangeHash,
  deps: readonly ChangeHash[],
  maxOp: number,
): RecordState {
  const next = copyOfRecord(record);
  const others = record.heads.filter((head) => !deps.includes(head));
  next.seq += 1;
  next.maxOp = maxOp;
  next.heads = others.length === 0 ? [hash] : [...others, hash].toSorted();
  const actors = { ...record.actors };
  actors[actor] = { seq, hash };
  next.actors = actors;
  return next;
}
