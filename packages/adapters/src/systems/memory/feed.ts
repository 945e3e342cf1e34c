import type { Cursor, Pull, Sighting } from '@concord/core';
import { z } from 'zod';
import { cursorOf, placeIn } from '../../shared/odata/place.ts';
import { matches } from '../../shared/odata/told.ts';
import { rowOf } from './table.ts';
import type { Kept, MemoryTable } from './table.ts';

/** `at` is the last place that was told; `head` is where the delta begins once a listing has ended. */
const place = z.strictObject({
  v: z.literal(1),
  of: z.enum(['listing', 'delta']),
  at: z.number().int().min(0),
  head: z.number().int().min(0),
});

/** Rows in the order of their last changes: one that changes while others are told moves to the end, and is told again. */
export function pull(table: MemoryTable, from: Cursor | undefined, pageRows: number): Pull {
  const start = { v: 1 as const, of: 'listing' as const, at: 0, head: table.head() };
  const at = from === undefined ? start : placeIn(from, place);
  if (at === undefined || at.at > table.head()) return { kind: 'expired' };
  const waiting = table.all().filter((kept) => kept.at > at.at);
  const told = waiting.slice(0, pageRows);
  const more = told.length < waiting.length;
  const last = told.at(-1)?.at ?? at.at;
  const next = more ? { ...at, at: last } : { ...at, of: 'delta' as const, at: at.of === 'listing' ? Math.min(at.head, last) : last };
  return { kind: 'page', sightings: told.flatMap((kept) => sightings(kept, at.of, table)), cursor: cursorOf(next), more, of: at.of };
}

function sightings(kept: Kept, of: 'listing' | 'delta', table: MemoryTable): readonly Sighting[] {
  const row = rowOf(kept);
  if (row && matches(row.columns, table.binding.where)) return [{ kind: 'row', row }];
  return of === 'delta' ? [{ kind: 'gone', key: kept.key }] : [];
}
