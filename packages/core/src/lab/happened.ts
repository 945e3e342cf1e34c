import { fieldsOf, type Table } from '../map/compile.ts';
import type { ChangeRow, EditTold } from '../ports/plan.ts';
import { LIFE } from '../record/record.ts';
import type { VersionTold } from '../record/versions.ts';
import { isTuple, type Scalar } from '../values.ts';
import { openFieldPlayer } from './fields.ts';
import { momentsOf } from './moments.ts';

/** What a record was at an instant, by all that is known today. */
export type Happened =
  | { readonly kind: 'told'; readonly version: VersionTold }
  /** Nothing had happened yet. */
  | { readonly kind: 'before' }
  /** What had happened by then was compacted away, together with what came later. */
  | { readonly kind: 'compacted' };

/**
 * Plays a record from the edits that had happened by an instant, and from no others, whenever they were heard of: an edit that was heard of late
 * counts where it happened, and one that happened later counts for nothing, though it was known. Decided by the policies of the table map, so an
 * answer of then may have been another. Told are the fields that are mirrored; as `version` the last one that brought something.
 */
export async function happenedBy(table: Table, changes: AsyncIterable<ChangeRow>, byMs: number): Promise<Happened> {
  const player = openFieldPlayer(table);
  const times = openTimes();
  let last: Omit<VersionTold, 'values'> | undefined;
  for await (const moment of momentsOf(changes)) {
    const { epoch, edits } = moment.change;
    if (epoch && epoch.toMs > byMs) return { kind: epoch.fromMs > byMs ? 'before' : 'compacted' };
    const happened = edits.filter((edit) => times.of(edit) <= byMs);
    if (!epoch && happened.length === 0) continue;
    player.take({ ...moment, change: { ...moment.change, edits: happened } });
    const { seq, hash, stamp, knownAtMs } = moment.answers.at(-1) ?? moment.change;
    last = { seq, hash, atMs: stamp.ms, knownAtMs };
  }
  if (!last) return { kind: 'before' };
  const values: Record<string, Scalar> = {};
  for (const name of player.registers()) {
    const value = player.standing(name)?.value;
    if (value === undefined || (name !== LIFE && !table.registers.has(name))) continue;
    fieldsOf(table, name).forEach((field, index) => {
      values[field] = isTuple(value) ? (value[index] ?? null) : value;
    });
  }
  return { kind: 'told', version: { ...last, values } };
}

/** When edits happened. */
export interface Times {
  /** When it happened, in ms since 1970 UTC: no earlier than anything that its author had seen. Edits are asked for in the order of the history. */
  of(edit: EditTold): number;
}

export function openTimes(): Times {
  /** By register: the numbers of its edits, ascending, with the latest time up to each, and of each author the latest. */
  const seen = new Map<string, { readonly upTo: [number: number, ms: number][]; readonly own: Map<string, number> }>();
  return {
    of({ register, system, number, saw, stamp }) {
      const told = seen.get(register);
      // It began anew: nobody had seen anything of what it was.
      const known = told && number > 1 ? told : { upTo: [], own: new Map<string, number>() };
      seen.set(register, known);
      const { upTo, own } = known;
      const before = upTo.findLast(([one]) => one <= saw)?.[1] ?? Number.NEGATIVE_INFINITY;
      const ms = Math.max(stamp.ms, before, own.get(system) ?? Number.NEGATIVE_INFINITY);
      upTo.push([number, Math.max(ms, upTo.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY)]);
      own.set(system, ms);
      return ms;
    },
  };
}
