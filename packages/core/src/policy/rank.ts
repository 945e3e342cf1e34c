import { z } from 'zod';
import { definePolicy } from './kind.ts';
import type { Edit } from '../record/record.ts';
import type { Resolution } from './policy.ts';
import { must } from '../errors/must.ts';

interface Steps {
  readonly order: readonly string[];
  readonly until: Readonly<Record<string, string>>;
}

const ladder = z.array(z.string()).min(2);
const options = z
  .union([
    ladder.transform((order): Steps => ({ order, until: {} })),
    z.strictObject({ order: ladder, until: z.record(z.string(), z.string()).default({}) }),
  ])
  .describe('Values from weakest to strongest; `until` names values that beat the order up to a point, and wait for a person beyond it.');

/** Of concurrent values, the one furthest up the order stands; values that cannot be compared wait for a person. */
export const rank = definePolicy({
  name: 'rank',
  suits: ['choice', 'text'],
  summary: 'Of concurrent values, the one furthest up the order stands.',
  options,
  mentions: ({ order, until }) => ({ values: [...order, ...Object.entries(until).flat()] }),
  make: (steps) => (view) => {
    const edits = view.frontier;
    const stranger = edits.find((edit) => !isKnown(steps, edit));
    if (stranger) return held('C17', `"${String(stranger.value)}" is not in the order`);
    const aside = edits.find((edit) => typeof edit.value === 'string' && Object.hasOwn(steps.until, edit.value));
    return aside ? judgeAside(steps, aside, edits) : climb(steps, edits);
  },
});

function climb(steps: Steps, edits: readonly Edit[]): Resolution {
  const [first, ...rest] = edits;
  const winner = rest.reduce((best, edit) => (height(steps, edit) > height(steps, best) ? edit : best), must(first, 'not empty'));
  return { kind: 'settled', value: winner.value, rule: 'rank', reason: `${winner.system} was furthest up the order` };
}

function judgeAside(steps: Steps, aside: Edit, edits: readonly Edit[]): Resolution {
  const limit = steps.order.indexOf(steps.until[String(aside.value)] ?? '');
  const beyond = edits.find(
    (edit) => edit.value !== aside.value && (height(steps, edit) > limit || Object.hasOwn(steps.until, String(edit.value))),
  );
  if (beyond) return held('C10', `"${String(aside.value)}" and "${String(beyond.value)}" cannot both be`);
  return { kind: 'settled', value: aside.value, rule: 'rank', reason: `${aside.system} set ${String(aside.value)} before it was too late` };
}

function height(steps: Steps, edit: Edit): number {
  return steps.order.indexOf(String(edit.value));
}

function isKnown(steps: Steps, edit: Edit): boolean {
  if (edit.value === null) return true;
  return typeof edit.value === 'string' && (steps.order.includes(edit.value) || Object.hasOwn(steps.until, edit.value));
}

function held(code: 'C10' | 'C17', reason: string): Resolution {
  return { kind: 'held', rule: 'rank', reason, code };
}
