import type { ChangeRow } from '../ports/plan.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import { sameValue, type Value } from '../values.ts';
import { emptyLike } from './frontier.ts';

/** A value that a register had, as it was told. */
export interface PastValue {
  readonly value: Value;
  /** The merged value, by number, that it surely was a part of; 0 where nobody can tell. */
  readonly number: number;
  /** The number of the change that told it; 0 where that has left the ledger. */
  readonly seq: number;
  /** When that was; ms since 1970 UTC. */
  readonly atMs: number;
}

export interface Past {
  /** By register, what it was told to be, in the order of the telling. */
  readonly told: ReadonlyMap<string, readonly PastValue[]>;
  /** Whether nothing has left it, by a compaction or an erasure: then a value that it does not tell was never there. */
  readonly isWhole: boolean;
  /** By system, when somebody there made the latest edit of a row, by its own clock; ms since 1970 UTC. */
  readonly editedMs: Readonly<Record<string, number>>;
}

export const NO_PAST: Past = { told: new Map(), isWhole: true, editedMs: {} };

/** What the history of a record tells of its registers. What a compaction took from it is known as far as a register still stands on it. */
export function pastOf(record: RecordState, changes: readonly ChangeRow[]): Past {
  const past = new Map<string, readonly PastValue[]>();
  const told = (name: string): readonly PastValue[] => past.get(name) ?? [];
  for (const { seq, stamp, edits, resolutions } of changes) {
    const at = { seq, atMs: stamp.ms };
    for (const { register, value, number } of edits) past.set(register, [...told(register), { value, number, ...at }]);
    for (const { register, value } of resolutions) {
      const number = Math.max(0, ...told(register).map((one) => one.number));
      if (value !== undefined) past.set(register, [...told(register), { value, number, ...at }]);
    }
  }
  const isWhole = !changes.some(({ epoch, erased }) => epoch !== undefined || erased !== undefined);
  const [first] = changes;
  // That a column is empty when a row is first seen is nobody's edit, and told by nobody.
  if (isWhole && first)
    for (const [name, all] of past)
      if (all[0] && all[0].seq > first.seq)
        past.set(name, [{ value: emptyLike(all[0].value), number: 0, seq: first.seq, atMs: first.stamp.ms }, ...all]);
  for (const name of Object.keys(record.registers)) {
    const more = standingIn(record, name).filter(({ value }) => !told(name).some((one) => sameValue(one.value, value)));
    if (more.length > 0) past.set(name, [...more, ...told(name)]);
  }
  return { told: past, isWhole, editedMs: editedIn(changes) };
}

/** No system tells when a row was deleted: that edit bears the time at which it was heard. */
function editedIn(changes: readonly ChangeRow[]): Past['editedMs'] {
  const latest: Record<string, number> = {};
  for (const { edits } of changes) {
    if (edits.some(({ register, value }) => register === LIFE && value === 'deleted')) continue;
    for (const { system, stamp } of edits) latest[system] = Math.max(latest[system] ?? 0, stamp.ms);
  }
  return latest;
}

function standingIn(record: RecordState, name: string): readonly PastValue[] {
  const { stable, log = [] } = registerIn(record, name) ?? {};
  const open = log.flatMap(({ before, saw }) => (before === undefined ? [] : [{ value: before, number: saw, seq: 0, atMs: 0 }]));
  return stable ? [{ value: stable.value, number: stable.number, seq: 0, atMs: 0 }, ...open] : open;
}
