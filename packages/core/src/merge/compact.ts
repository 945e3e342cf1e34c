import { must } from '../errors/must.ts';
import { opId, type ActorId, type OpId } from '../ids.ts';
import type { CompactedRecord, Epoch, Opening } from '../ports/epoch.ts';
import type { ChangeRow, PatchLine } from '../ports/plan.ts';
import { actorOf, CONCORD } from '../register/actors.ts';
import { encode, type Digest, type WireChange, type WireOp } from '../record/encode.ts';
import type { ActorState, RecordState } from '../record/record.ts';
import { opsNamedIn, renamedHeads, renameIn, type Renaming } from './renaming.ts';

export interface CompactAsk {
  readonly record: RecordState;
  readonly changes: readonly ChangeRow[];
  /** The same, decoded. */
  readonly wires: readonly WireChange[];
  /** As `cutOf` answers it. */
  readonly cut: number;
  readonly opening: Opening;
  readonly digest?: Digest | undefined;
}

/**
 * A record whose first changes are told as one, by Concord: it sets every field to what stood, once for each operation that was live, or that
 * something still names. What was beside it stays: values, frontiers, bases, shadows, what waits for a person or for a system. Operations
 * that it sets have new names, put in place wherever they are named; the others keep theirs. Each change that depends on it has a new hash.
 */
export function compactRecord(ask: CompactAsk): CompactedRecord {
  const { record, changes, wires, cut, digest } = ask;
  const last = must(changes[cut - 1], 'a cut lies behind a change');
  const kept = changes.slice(cut);
  const { ops, names } = standingOps(ask);
  const { stamp, knownAtMs, seq } = last;
  const actor = actorOf(CONCORD);
  const begun = encode(
    { actor, seq: 1, startOp: 1, time: Math.floor(stamp.ms / 1000), message: `${stamp.ms}.${stamp.count}`, deps: [], ops },
    digest,
  );
  const hashes = new Map(changes.slice(0, cut).map(({ hash }) => [hash, begun.hash] as const));
  const renaming: Renaming = { op: (op) => names.get(op) ?? op, heads: (heads) => renamedHeads(heads, hashes) };
  const actors = new Map<ActorId, ActorState>([[actor, { seq: 1, hash: begun.hash }]]);
  const rest = kept.map((change, index): ChangeRow => {
    const wire = must(wires[cut + index], 'each change is decoded');
    const seqOf = (actors.get(wire.actor)?.seq ?? 0) + 1;
    const moved = wire.ops.map((op) => ({ ...op, pred: op.pred.map(renaming.op) }));
    const { chunk, hash } = encode({ ...wire, seq: seqOf, deps: renaming.heads(wire.deps), ops: moved }, digest);
    hashes.set(change.hash, hash);
    actors.set(wire.actor, { seq: seqOf, hash });
    return { ...change, chunk, hash };
  });
  const erased = [...new Set(changes.slice(0, cut).flatMap((change) => change.erased ?? []))].toSorted();
  const first: ChangeRow = {
    record: record.id,
    seq,
    hash: begun.hash,
    actor,
    system: CONCORD,
    stamp,
    knownAtMs,
    chunk: begun.chunk,
    patch: foldedPatch(changes.slice(0, cut)),
    edits: [],
    resolutions: [],
    ...(erased.length === 0 ? {} : { erased }),
    epoch: epochOf(ask),
  };
  return { record: renameIn(record, renaming, Object.fromEntries(actors)), changes: [first, ...rest] };
}

/**
 * The operations of the epoch: those that are live at the cut, and those beneath them that an edit to come, or one that is kept, may still name
 * as what it replaces. In the order in which they were made, so that of two that are live the same one shows, and a group's stay side by side.
 */
function standingOps({ record, wires, cut }: CompactAsk): { readonly ops: readonly WireOp[]; readonly names: ReadonlyMap<OpId, OpId> } {
  const before = wires
    .slice(0, cut)
    .flatMap(({ actor, startOp, ops }) => ops.map((op, index) => ({ ...op, id: opId(startOp + index, actor) })));
  const replaced = new Set(before.flatMap(({ pred }) => pred));
  const named = new Set([...opsNamedIn(record), ...wires.slice(cut).flatMap(({ ops }) => ops.flatMap(({ pred }) => pred))]);
  const standing = before.filter(({ id }) => !replaced.has(id) || named.has(id));
  const actor = actorOf(CONCORD);
  const names = new Map(standing.map(({ id }, index) => [id, opId(index + 1, actor)] as const));
  const beneath = new Map<string, OpId[]>();
  const top = new Map<string, OpId>();
  for (const { id, key } of standing) {
    if (!replaced.has(id)) top.set(key, id);
    else beneath.set(key, [...(beneath.get(key) ?? []), must(names.get(id), 'each has a new name')]);
  }
  // What was replaced is replaced by the last one that is live: it came after all of them.
  const ops = standing.map(({ id, key, value }) => ({ key, value, pred: top.get(key) === id ? (beneath.get(key) ?? []) : [] }));
  return { ops, names };
}

/** From nothing to what stood. */
function foldedPatch(changes: readonly ChangeRow[]): readonly PatchLine[] {
  const values = new Map<string, PatchLine>();
  for (const { op, path, value = null } of changes.flatMap(({ patch }) => patch)) {
    if (op === 'remove') values.delete(path);
    else values.set(path, { op: 'add', path, value });
  }
  return [...values.values()];
}

function epochOf({ changes, wires, cut, opening }: CompactAsk): Epoch {
  const before = changes.slice(0, cut);
  const first = must(before[0], 'a cut lies behind a change');
  const last = must(before.at(-1), 'and has a last one');
  const depended = new Set(wires.slice(0, cut).flatMap(({ deps }) => deps));
  return {
    changes: last.seq,
    begins: first.seq,
    first: first.epoch?.first ?? first.stamp,
    fromMs: Math.min(...before.map(({ stamp, epoch }) => epoch?.fromMs ?? stamp.ms)),
    toMs: Math.max(...before.map(({ stamp, epoch }) => epoch?.toMs ?? stamp.ms)),
    heads: before.flatMap(({ hash }) => (depended.has(hash) ? [] : [hash])).toSorted(),
    opening,
  };
}
