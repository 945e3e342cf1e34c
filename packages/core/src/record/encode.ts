import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { changeHash, type ActorId, type ChangeHash, type OpId } from '../ids.ts';
import type { Scalar } from '../values.ts';
import { digit, Writer } from './bytes.ts';
import { putDeltas, putRuns, putTextRuns } from './columns.ts';

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

/** SHA-256, as 64 lower-case hex digits. */
export type Digest = (bytes: Uint8Array) => string;

const digestInHex: Digest = (bytes) => bytesToHex(sha256(bytes));

const MAGIC = [0x85, 0x6f, 0x4a, 0x83] as const;
const CHECKSUM_BYTES = 4;
const TYPE_BYTES = 1;
const CHANGE_CHUNK = 1;
const BITS = 128;
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
export function encode(change: WireChange, digest: Digest = digestInHex): { readonly chunk: Uint8Array; readonly hash: ChangeHash } {
  contents.clear(FRONT_BYTES);
  putContents(change);
  const from = putFront(contents.length - FRONT_BYTES);
  const hash = digest(contents.view(from + MAGIC.length + CHECKSUM_BYTES));
  // The checksum is the beginning of the hash of everything behind it.
  for (let at = 0; at < CHECKSUM_BYTES; at += 1) {
    contents.patch(from + MAGIC.length + at, digit(hash.charCodeAt(at * 2)) * 16 + digit(hash.charCodeAt(at * 2 + 1)));
  }
  return { chunk: contents.copy(from), hash: changeHash(hash) };
}

/** Magic, checksum, type and length stand in front of the contents, of which the length is known last. */
const FRONT_BYTES = 20;

/** Answers where the chunk begins. */
function putFront(length: number): number {
  let digits = 1;
  for (let rest = length; rest >= BITS; rest = Math.floor(rest / BITS)) digits += 1;
  const from = FRONT_BYTES - digits - TYPE_BYTES - CHECKSUM_BYTES - MAGIC.length;
  MAGIC.forEach((byte, at) => contents.patch(from + at, byte));
  contents.patch(FRONT_BYTES - digits - TYPE_BYTES, CHANGE_CHUNK);
  let rest = length;
  for (let at = FRONT_BYTES - digits; at < FRONT_BYTES; at += 1) {
    contents.patch(at, (rest % BITS) | (at === FRONT_BYTES - 1 ? 0 : BITS));
    rest = Math.floor(rest / BITS);
  }
  return from;
}

// One set of buffers serves every change: they are filled and copied within one call, so no call sees another's bytes.
const [contents, columns, raw] = [new Writer(), new Writer(), new Writer()];

function putContents({ actor, seq, startOp, time, message, deps, ops }: WireChange): void {
  const preds = predsOf(actor, ops);
  contents.unsigned(deps.length);
  for (const dep of deps.length > 1 ? deps.toSorted() : deps) contents.hex(dep);
  putActor(actor);
  contents.unsigned(seq);
  contents.unsigned(startOp);
  contents.signed(time);
  contents.text(message);
  contents.unsigned(preds.others.length);
  for (const other of preds.others) putActor(other);
  putColumns(ops, preds);
}

/** The predecessors of all operations, one behind another. */
interface Preds {
  readonly others: readonly string[];
  readonly counts: readonly number[];
  readonly actors: readonly number[];
  readonly counters: readonly number[];
}

interface Pred {
  readonly counter: number;
  readonly actor: string;
}

/** The actors of the predecessors are told by their places: the change's own first, then the others in their order. */
function predsOf(actor: string, ops: readonly WireOp[]): Preds {
  const [only] = ops;
  const [replaced, ...more] = only?.pred ?? [];
  // Nearly every change sets one register, in place of one operation.
  if (ops.length === 1 && replaced !== undefined && more.length === 0) {
    const { actor: by, counter } = splitOp(replaced);
    return { others: by === actor ? [] : [by], counts: [1], actors: [by === actor ? 0 : 1], counters: [counter] };
  }
  const [flat, counts, others]: [Pred[], number[], string[]] = [[], [], []];
  for (const { pred } of ops) {
    counts.push(pred.length);
    const split = pred.map(splitOp);
    if (split.length > 1) split.sort(byLamport);
    for (const one of split) {
      flat.push(one);
      if (one.actor !== actor && !others.includes(one.actor)) others.push(one.actor);
    }
  }
  if (others.length > 1) others.sort();
  const [actors, counters]: [number[], number[]] = [[], []];
  for (const one of flat) {
    actors.push(one.actor === actor ? 0 : others.indexOf(one.actor) + 1);
    counters.push(one.counter);
  }
  return { others, counts, actors, counters };
}

function splitOp(op: OpId): Pred {
  const at = op.indexOf('@');
  return { counter: Number(op.slice(0, at)), actor: op.slice(at + 1) };
}

function byLamport(a: Pred, b: Pred): number {
  return a.counter - b.counter || (a.actor < b.actor ? -1 : 1);
}

function putActor(actor: string): void {
  contents.unsigned(actor.length / 2);
  contents.hex(actor);
}

/** Writes which columns there are and how long each is, then the columns, in the order of their numbers. */
function putColumns(ops: readonly WireOp[], preds: Preds): void {
  columns.clear();
  raw.clear();
  const [only] = ops;
  const ends = only && ops.length === 1 ? putOne(only, preds) : putMany(ops, preds);
  // Only a change whose operations replace nothing, or set nothing but empty values, has no bytes in some of its columns.
  contents.unsigned(5 + (ends.value > ends.meta ? 1 : 0) + (preds.actors.length > 0 ? 2 : 0));
  putExtent(COLUMN.key, ends.key);
  putExtent(COLUMN.insert, ends.insert - ends.key);
  putExtent(COLUMN.action, ends.action - ends.insert);
  putExtent(COLUMN.valueMeta, ends.meta - ends.action);
  putExtent(COLUMN.value, ends.value - ends.meta);
  putExtent(COLUMN.predCount, ends.count - ends.value);
  putExtent(COLUMN.predActor, ends.actor - ends.count);
  putExtent(COLUMN.predCounter, columns.length - ends.actor);
  contents.append(columns);
}

/** Where each column ends. */
interface Ends {
  readonly key: number;
  readonly insert: number;
  readonly action: number;
  readonly meta: number;
  readonly value: number;
  readonly count: number;
  readonly actor: number;
}

/** What most changes are: one operation. No column of it has a run, so none need be looked for. */
function putOne(op: WireOp, { counts, actors, counters }: Preds): Ends {
  const meta = valueMeta(op);
  columns.signed(-1);
  columns.text(op.key);
  const key = columns.length;
  columns.unsigned(1);
  const insert = columns.length;
  columns.signed(-1);
  columns.unsigned(SET);
  const action = columns.length;
  columns.signed(-1);
  columns.unsigned(meta);
  const metaEnd = columns.length;
  columns.append(raw);
  const value = columns.length;
  columns.signed(-1);
  columns.unsigned(counts[0] ?? 0);
  return { key, insert, action, meta: metaEnd, value, ...putPreds(actors, counters) };
}

function putMany(ops: readonly WireOp[], { counts, actors, counters }: Preds): Ends {
  const metas = ops.map(valueMeta);
  putTextRuns(
    columns,
    ops.map(({ key }) => key),
  );
  const key = columns.length;
  columns.unsigned(ops.length);
  const insert = columns.length;
  columns.signed(ops.length > 1 ? ops.length : -1);
  columns.unsigned(SET);
  const action = columns.length;
  putRuns(columns, metas);
  const meta = columns.length;
  columns.append(raw);
  const value = columns.length;
  putRuns(columns, counts);
  return { key, insert, action, meta, value, ...putPreds(actors, counters) };
}

/** Answers where the columns before ended, and that of the actors. */
function putPreds(actors: readonly number[], counters: readonly number[]): Pick<Ends, 'count' | 'actor'> {
  const count = columns.length;
  putRuns(columns, actors);
  const actor = columns.length;
  putDeltas(columns, counters);
  return { count, actor };
}

function putExtent(column: number, length: number): void {
  if (length === 0) return;
  contents.unsigned(column);
  contents.unsigned(length);
}

/** Puts the bytes of a value; answers its type in the low four bits and their length in the rest: null 0, false 1, true 2, integer 4, text 6. */
function valueMeta({ value }: WireOp): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 2 : 1;
  const from = raw.length;
  if (typeof value === 'number') raw.signed(value);
  else raw.utf8(value);
  return (raw.length - from) * 16 + (typeof value === 'number' ? 4 : 6);
}
