import type { Conflict } from '../api/client.ts';
import type { Names } from '../api/read.ts';
import { fieldsWords, groupWords, LIFE, titleWords } from '../words.ts';

export interface Filters {
  readonly entity: string;
  readonly text: string;
}

/** The most harmful first, then those that have waited longest. */
export function inOrder(conflicts: readonly Conflict[]): readonly Conflict[] {
  return conflicts.toSorted((a, b) => harmOf(b) - harmOf(a) || a.openedAt.localeCompare(b.openedAt) || a.id.localeCompare(b.id));
}

/**
 * What is about a record as a whole keeps all of it back; what breaks an invariant is passed on nowhere; of anything else each system goes on with
 * its own.
 */
function harmOf({ about, fields, rule }: Conflict): number {
  if (about !== undefined || fields.includes(LIFE)) return 2;
  return rule === 'invariant' ? 1 : 0;
}

export function matching(conflicts: readonly Conflict[], { entity, text }: Filters, names: Names): readonly Conflict[] {
  const words = text.trim().toLowerCase().split(/\s+/u).filter(Boolean);
  return conflicts.filter((conflict) => {
    if (entity !== '' && conflict.entity !== entity) return false;
    if (words.length === 0) return true;
    const told = [
      titleWords(names.get(conflict.record)),
      fieldsWords(conflict.fields),
      ...conflict.sides.map(({ values }) => groupWords(values, conflict.fields)),
    ];
    const hay = told.join(' ').toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

/** Others that ask the same: the same field of the same kind of record, and the same values on the same sides. */
export function alikeIn(conflicts: readonly Conflict[], one: Conflict): readonly Conflict[] {
  const mark = markOf(one);
  return conflicts.filter((other) => other.id !== one.id && markOf(other) === mark);
}

function markOf({ entity, fields, sides, about, id }: Conflict): string {
  if (about !== undefined) return id;
  const told = sides.map(({ system, values }) => [system, ...fields.map((field) => values[field])]).map((side) => JSON.stringify(side));
  return JSON.stringify([entity, fields, told.toSorted()]);
}
