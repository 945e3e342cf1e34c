import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { changeHash, type ActorId, type ChangeHash, type OpId } from '../ids.ts';
import type { Scalar } from '../values.ts';
import { openWriter, type Writer } from './bytes.ts';
import { deltas, runs } from './columns.ts';

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
  const contents = encodeContents(change);
  const hashed = openWriter();
  hashed.byte(CHANGE_CHUNK);
  hashed.unsigned(contents.length);
  hashed.raw(contents);
  const body = hashed.done();
  const digest = sha256(body);
  const chunk = new Uint8Array(MAGIC.length + CHECKSUM_BYTES + body.length);
  chunk.set(MAGIC);
  chunk.set(digest.subarray(0, CHECKSUM_BYTES), MAGIC.length);
  chunk.set(body, MAGIC.length + CHECKSUM_BYTES);
  return { chunk, hash: changeHash(bytesToHex(digest)) };
}

function encodeContents({ actor, seq, startOp, time, message, deps, ops }: WireChange): Uint8Array {
  const preds = ops.map(({ pred }) => pred.map(split).toSorted(byLamport));
  const others = [...new Set(preds.flat().map((op) => op.actor))].filter((other) => other !== actor).toSorted();
  const writer = openWriter();
  writer.unsigned(deps.length);
  for (const dep of deps.toSorted()) writer.raw(hexToBytes(dep));
  putActor(writer, actor);
  writer.unsigned(seq);
  writer.unsigned(startOp);
  writer.signed(time);
  writer.text(message);
  writer.unsigned(others.length);
  for (const other of others) putActor(writer, other);
  putColumns(writer, columnsOf(ops, preds, [actor, ...others]));
  return writer.done();
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
  const bytes = hexToBytes(actor);
  writer.unsigned(bytes.length);
  writer.raw(bytes);
}

type Column = readonly [number, Uint8Array];

function columnsOf(ops: readonly WireOp[], preds: readonly (readonly Pred[])[], actors: readonly string[]): readonly Column[] {
  const flat = preds.flat();
  const values = ops.map(({ value }) => valueOf(value));
  const insert = openWriter();
  insert.unsigned(ops.length);
  return [
    [COLUMN.key, runs(ops.map(({ key }) => key), (writer, key) => writer.text(key))],
    [COLUMN.insert, insert.done()],
    [COLUMN.action, runs(ops.map(() => SET), (writer, action) => writer.unsigned(action))],
    [COLUMN.valueMeta, runs(values.map(({ meta }) => meta), (writer, meta) => writer.unsigned(meta))],
    [COLUMN.value, joined(values.map(({ bytes }) => bytes))],
    [COLUMN.predCount, runs(preds.map(({ length }) => length), (writer, count) => writer.unsigned(count))],
    [COLUMN.predActor, runs(flat.map(({ actor }) => actors.indexOf(actor)), (writer, index) => writer.unsigned(index))],
    [COLUMN.predCounter, deltas(flat.map(({ counter }) => counter))],
  ];
}

function putColumns(writer: Writer, columns: readonly Column[]): void {
  const filled = columns.filter(([, bytes]) => bytes.length > 0);
  writer.unsigned(filled.length);
  for (const [column, bytes] of filled) {
    writer.unsigned(column);
    writer.unsigned(bytes.length);
  }
  for (const [, bytes] of filled) writer.raw(bytes);
}

const EMPTY = new Uint8Array();

/** Type in the low four bits, length of the bytes in the rest: null 0, false 1, true 2, signed integer 4, UTF-8 text 6. */
function valueOf(value: Scalar): { readonly meta: number; readonly bytes: Uint8Array } {
  if (value === null) return { meta: 0, bytes: EMPTY };
  if (typeof value === 'boolean') return { meta: value ? 2 : 1, bytes: EMPTY };
  const bytes = typeof value === 'string' ? utf8ToBytes(value) : integer(value);
  return { meta: bytes.length * 16 + (typeof value === 'string' ? 6 : 4), bytes };
}

function integer(value: number): Uint8Array {
  const writer = openWriter();
  writer.signed(value);
  return writer.done();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const writer = openWriter();
  for (const part of parts) writer.raw(part);
  return writer.done();
}
