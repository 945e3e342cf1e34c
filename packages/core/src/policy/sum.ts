import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { held, settled } from './answers.ts';
import { compareEdits } from './edits.ts';
import { definePolicy } from './kind.ts';
import { Exact } from './order.ts';
import type { View } from './policy.ts';
import { amountOf, canonicalAmount } from './sums.ts';

/**
 * Each system tells a part, and the whole is what they come to: stock by warehouse. A system that is told the whole in the column that its
 * part is read from would add it again, so the two must be different columns.
 */
export const sum = definePolicy({
  name: 'sum',
  summary: 'Each system tells its part; the sum of all parts stands.',
  suits: ['integer', 'decimal'],
  traits: { gate: true, synthetic: true, slots: true },
  options: z.undefined(),
  make: (_options, setting) => {
    for (const system of setting.loops ?? []) {
      const words = `The sum would be written to ${system} where its part is read, and be added again.`;
      setting.wrong([], words, `Let ${system} be "only: read", or give it a "write" column for the sum.`);
    }
    return (view) => {
      const parts = partsOf(view);
      // A person cannot have a part: what they rule is the whole, until a system tells its part anew.
      if (parts.length === 0) return settled('sum', view.frontier.at(-1)?.value ?? null, 'a person set it');
      if (parts.every((edit) => edit.value === null)) return settled('sum', null, 'no system tells a part');
      const total = parts.reduce((rest, edit) => rest?.plus(amountOf(edit.value) ?? Number.NaN), amountOf(0));
      if (!total || total.isNaN()) return held('sum', 'not every value is a number', 'C17');
      const told = parts.map((edit) => `${String(edit.value ?? 0)} (${edit.system})`).join(' + ');
      return settled('sum', canonicalAmount(view.type, new Exact(total)), told);
    };
  },
});

/** Of each system its latest edit, in the order of the systems' names; nothing when all that is new is a person's word. */
function partsOf({ frontier, slots = {} }: View): readonly Edit[] {
  if (frontier.every((edit) => edit.system === 'person')) return [];
  const parts = new Map<string, Edit>();
  for (const edit of [...Object.values(slots), ...frontier]) {
    const known = parts.get(edit.system);
    if (edit.system !== 'person' && (!known || compareEdits(edit, known) > 0)) parts.set(edit.system, edit);
  }
  return [...parts.values()].toSorted((a, b) => (a.system < b.system ? -1 : 1));
}
