import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { holds, settled } from './answers.ts';
import { duration } from './duration.ts';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import type { Resolution } from './policy.ts';
import { block } from './spec.ts';
import { must } from '../errors/must.ts';

const points = z.int().min(0).max(100);
const fading = block({
  from: points.describe('Points of an edit just made.'),
  to: points.describe('Points of an old edit.'),
  over: duration.describe('How long it takes to get there.'),
  curve: z
    .enum(['even', 'early', 'late'])
    .default('even')
    .describe('even: in step with time. early: most of it soon. late: most of it at the end.'),
});
type Fading = z.output<typeof fading>;
const system = z.union([points.transform((from): Fading => ({ from, to: from, over: 0, curve: 'even' })), fading]);

const options = block({
  systems: z.record(z.string(), system).describe('Points by system, 0 to 100: a number, or { from, to, over }.'),
  less: z
    .array(block({ if: z.string().describe('A condition; the field itself stands for the value that is judged.'), percent: points }))
    .default([])
    .describe('What costs an edit some of its points.'),
});

/**
 * The edit with the most points stands; of equal ones the latest. Points fade with age, counted from the last of the concurrent edits and
 * never from now: waiting must not change an answer. All in whole numbers, so that no rounding can turn a tie.
 */
export const trust = definePolicy({
  name: 'trust',
  summary: 'Each system has points, which may fade with age; the edit with the most stands.',
  options,
  mentions: ({ systems }) => ({ systems: Object.keys(systems) }),
  make: ({ systems, less }, setting) => {
    const cuts = less.map((cut, index) => ({ percent: cut.percent, condition: setting.condition(cut.if, ['less', index, 'if']) }));
    return (view): Resolution => {
      const edits = view.frontier;
      const asOf = must(latestOf(edits), 'a frontier has at least one edit').stamp.ms;
      const scored: { readonly edit: Edit; readonly score: Score }[] = [];
      for (const edit of edits) {
        let score = pointsOf(edit, Object.hasOwn(systems, edit.system) ? systems[edit.system] : undefined, asOf);
        for (const { percent, condition } of cuts) {
          const cut = holds('trust', condition, view, edit.value);
          if (typeof cut === 'object') return cut;
          if (cut) score = { points: score.points * BigInt(100 - percent), of: score.of * 100n };
        }
        scored.push({ edit, score });
      }
      const winner = scored.reduce((best, next) => (compare(next.score, best.score) >= 0 ? next : best));
      return settled('trust', winner.edit.value, `${winner.edit.system} has most points (${tell(winner.score)})`);
    };
  },
});

/** A fraction: exact, however long the ages. */
interface Score {
  readonly points: bigint;
  readonly of: bigint;
}

/** What a person ruled is worth more than anything that a system says. */
const PERSON: Score = { points: 101n, of: 1n };

function pointsOf({ system: author, stamp }: Edit, fades: Fading | undefined, asOf: number): Score {
  if (author === 'person') return PERSON;
  if (!fades || fades.over === 0) return { points: BigInt(fades?.from ?? 0), of: 1n };
  const whole = BigInt(fades.over);
  const age = BigInt(Math.min(asOf - stamp.ms, fades.over));
  const left = whole - age;
  const gone = fades.curve === 'even' ? age * whole : fades.curve === 'late' ? age * age : whole * whole - left * left;
  return { points: BigInt(fades.from) * whole * whole - BigInt(fades.from - fades.to) * gone, of: whole * whole };
}

function compare(a: Score, b: Score): number {
  const difference = a.points * b.of - b.points * a.of;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/** With one digit behind the point, cut off. */
function tell({ points: top, of }: Score): string {
  const tenths = (top * 10n) / of;
  return `${tenths / 10n}.${tenths % 10n}`;
}
