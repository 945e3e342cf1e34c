import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { changeHash, type ActorId, type ChangeHash, type OpId } from '../ids.ts';
import type { Scalar } from '../values.ts';
import { openWriter, type Writer } from './bytes.ts';
import { putDeltas, putRuns } from './columns.ts';

/** One root key set to one value. */
export interface WireOp {
  readonly key: string;
  readonly value: Scalar;
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

const MAGIC = Uint8Array.of(0x85, 0x6f, 0x4a, 0x83);
const CHANGE_CHUNK = 1;
const CHECKSUM_BYTES = 4;
const SET = 1;

/** Column numbers of the format: (id << 4) + type. */
const COLUMN = { key: 21, insert: 52, action: 66, valueMeta: 86, value: 87, predCount: 112, predActor: 113, predCounter: 115 } as const;

/**
 * Encodes an Automerge change of the one kind that Concord makes: root keys set to scalars.
 *
 * The bytes are the same as those of `encodeChange` of `@automerge/automerge`, which a property test holds against each other; that one
 * takes several times as long, because the change crosses into WebAssembly as JSON.
 * Format: the Automerge binary document format, "change chunks".
 */
export function encode(change: WireChange): { readonly chunk: Uint8Array; readonly hash: ChangeHash } {
  contents.clear();
  putContents(contents, change);
  body.clear();
  body.byte(CHANGE_CHUNK);
  body.unsigned(contents.length);
  body.raw(contents.view(0));
  const hashed = body.view(0);
  const digest = sha256(hashed);
  const chunk = new Uint8Array(MAGIC.length + CHECKSUM_BYTES + hashed.length);
  chunk.set(MAGIC);
  chunk.set(digest.subarray(0, CHECKSUM_BYTES), MAGIC.length);
  chunk.set(hashed, MAGIC.length + CHECKSUM_BYTES);
  return { chunk, hash: changeHash(bytesToHex(digest)) };
}

// One set of buffers serves every change: they are filled and copied within one call, so no call sees another's bytes.
const [contents, body, columns, raw] = [openWriter(), openWriter(), openWriter(), openWriter()];

function putContents(writer: Writer, { actor, seq, startOp, time, message, deps, ops }: WireChange): void {
  const preds = ops.map(({ pred }) => pred.map(split).toSorted(byLamport));
  const others = [...new Set(preds.flat().map((op) => op.actor))].filter((other) => other !== actor).toSorted();
  writer.unsigned(deps.length);
  for (const dep of deps.toSorted()) writer.hex(dep);
  putActor(writer, actor);
  writer.unsigned(seq);
  writer.unsigned(startOp);
  writer.signed(time);
  writer.text(message);
  writer.unsigned(others.length);
  for (const other of others) putActor(writer, other);
  putColumns(writer, ops, preds, [actor, ...others]);
}

interface Pred {
  readonly counter: number;
  readonly actor: string;
}

function split(op: OpId): Pred {
  const at = op.indexOf('@');
  return { counter: Number(op.slice(0, at)), actor: op.slice(at + 1) };
}

function byLamport(a: Pred, b: Pred): number {
  return a.counter - b.counter || (a.actor < b.actor ? -1 : 1);
}

function putActor(writer: Writer, actor: string): void {
  writer.unsigned(actor.length / 2);
  writer.hex(actor);
}

/** Which column, and how many bytes of it. */
type Extent = readonly [number, number];

function putColumns(writer: Writer, ops: readonly WireOp[], preds: readonly (readonly Pred[])[], actors: readonly string[]): void {
  columns.clear();
  const filled = fill(ops, preds, actors).filter(([, length]) => length > 0);
  writer.unsigned(filled.length);
  for (const [column, length] of filled) {
    writer.unsigned(column);
    writer.unsigned(length);
  }
  writer.raw(columns.view(0));
}

/** Writes the columns one behind another, in the order of their numbers. */
function fill(ops: readonly WireOp[], preds: readonly (readonly Pred[])[], actors: readonly string[]): readonly Extent[] {
  const flat = preds.flat();
  raw.clear();
  const metas = ops.map(({ value }) => putValue(value));
  const keys = ops.map(({ key }) => key);
  return [
    extent(COLUMN.key, () => putRuns(columns, keys, columns.text)),
    extent(COLUMN.insert, () => columns.unsigned(ops.length)),
    extent(COLUMN.action, () =>
      putRuns(
        columns,
        ops.map(() => SET),
        columns.unsigned,
      ),
    ),
    extent(COLUMN.valueMeta, () => putRuns(columns, metas, columns.unsigned)),
    extent(COLUMN.value, () => columns.raw(raw.view(0))),
    extent(COLUMN.predCount, () =>
      putRuns(
        columns,
        preds.map(({ length }) => length),
        columns.unsigned,
      ),
    ),
    extent(COLUMN.predActor, () =>
      putRuns(
        columns,
        flat.map(({ actor }) => actors.indexOf(actor)),
        columns.unsigned,
      ),
    ),
    extent(COLUMN.predCounter, () =>
      putDeltas(
        columns,
        flat.map(({ counter }) => counter),
      ),
    ),
  ];
}

function extent(column: number, put: () => void): Extent {
  const from = columns.length;
  put();
  return [column, columns.length - from];
}

/** Puts the bytes of a value; answers its type in the low four bits and their length in the rest: null 0, false 1, true 2, integer 4, text 6. */
function putValue(value: Scalar): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 2 : 1;
  const from = raw.length;
  if (typeof value === 'number') raw.signed(value);
  else raw.utf8(value);
  return (raw.length - from) * 16 + (typeof value === 'number' ? 4 : 6);
}
