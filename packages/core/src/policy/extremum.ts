import { z } from 'zod';
import { definePolicy, type PolicyKind } from './kind.ts';
import { compareValues } from './order.ts';
import { must } from '../errors/must.ts';

const ORDERED = ['text', 'integer', 'decimal', 'date', 'datetime', 'yesno'] as const;

/**
 * The largest (or smallest) of the concurrent values stands; an empty value loses to any other.
 * It is no ratchet: an edit made on top of the others may still lower the value.
 */
function extremum(name: 'max' | 'min', words: string, sign: 1 | -1): PolicyKind {
  return definePolicy({
    name,
    suits: ORDERED,
    summary: `Of concurrent values, the ${words} stands.`,
    options: z.undefined(),
    make: () => (view) => {
      const edits = view.frontier;
      const filled = edits.filter((edit) => edit.value !== null);
      const [first, ...rest] = filled.length > 0 ? filled : edits;
      const winner = rest.reduce(
        (best, edit) => (sign * compareValues(view.type, edit.value, best.value) > 0 ? edit : best),
        must(first, 'a frontier has at least one edit'),
      );
      return { kind: 'settled', value: winner.value, rule: name, reason: `${winner.system} had the ${words} value` };
    },
  });
}

export const max = extremum('max', 'largest', 1);
export const min = extremum('min', 'smallest', -1);
