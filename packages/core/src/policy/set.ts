import { z } from 'zod';
import { held, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block } from './spec.ts';
import type { Value } from '../values.ts';

const options = block({ removals: z.literal('win') })
  .optional()
  .describe('`removals: win`: what one side takes out stays out, whoever else has put it in.');

/** What all kept of the base, plus what anybody added: an addition beats a removal. */
export const set = definePolicy({
  name: 'set',
  suits: ['choices'],
  summary: 'Merges sets: additions and removals of all sides, an addition wins.',
  traits: { synthetic: true },
  options,
  make: (words) => (view) => {
    const edits = view.frontier;
    const base = members(view.base ?? null);
    const sides = edits.map((edit) => members(edit.value));
    if (!base || sides.some((side) => !side)) {
      return held('set', 'not every value is a set', 'C17');
    }
    const known = sides.filter((side) => side !== undefined);
    const kept = [...base].filter((item) => known.every((side) => side.has(item)));
    const added = known.flatMap((side) => [...side].filter((item) => !base.has(item)));
    const all = [...kept, ...added];
    if (!words) return settled('set', canonicalSet(all), 'additions and removals of all sides');
    // Who saw a member, and has it no more, took it out, also where another had put it in meanwhile.
    const removed = new Set(
      edits.flatMap((edit, index) => [...(members(edit.on ?? null) ?? []), ...base].filter((item) => !known[index]?.has(item))),
    );
    return settled('set', canonicalSet(all.filter((item) => !removed.has(item))), 'additions and removals of all sides, removals first');
  },
});

/** Canonical text of a set: a JSON array of distinct strings, sorted by code unit; an empty set is null. */
export function canonicalSet(items: readonly string[]): string | null {
  return items.length === 0 ? null : JSON.stringify([...new Set(items)].toSorted());
}

/** The members of a canonical set; `undefined` when the value is not one. */
export function members(value: Value): ReadonlySet<string> | undefined {
  if (value === null) return new Set();
  if (typeof value !== 'string' || !value.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? new Set(parsed) : undefined;
  } catch {
    return undefined;
  }
}
