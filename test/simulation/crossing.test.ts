import * as core from '@concord/core';
import { expect, test, vi } from 'vitest';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CRISSCROSS, cross, TOGGLED, type Crossing } from './crossing.ts';
import { CROSSED } from './tokens.ts';

/** Every history, when somebody asks for it; the quick run brings to their end all in which edits cross both ways, and a share of the others. */
const isFull = runs(1) > 1;
const TWO = ['ce', 'fno'];
/** Items are compared member by member, which takes long. */
const SLOW = 10;

vi.setConfig({ testTimeout: isFull ? 3_600_000 : LONG_MS });

function crossings(): readonly (readonly [what: string, crossing: Crossing])[] {
  return CROSSED.flatMap((field): readonly (readonly [string, Crossing])[] => {
    const oneIn = isFull ? 1 : SLOW;
    const one: Crossing = { systems: TWO, acts: CRISSCROSS, field, oneIn };
    const lost: Crossing = { ...one, losing: true };
    const known: readonly (readonly [string, Crossing])[] = field.toggle ? [['one that all know', { ...one, acts: TOGGLED }]] : [];
    if (!isFull) return [['no answer is lost', one], ...known, ...(field.name === 'lines' ? [] : [['an answer is lost', lost] as const])];
    const [back, more] = [CRISSCROSS.toReversed(), { ...one, oneIn: SLOW }];
    return [
      ['no answer is lost', one],
      ...known,
      ...known.map(([what, crossing]) => [`${what}, an answer is lost`, { ...crossing, losing: true, oneIn: SLOW }] as const),
      ['no answer is lost, the other way round', { ...one, acts: back }],
      ['an answer is lost', lost],
      ['an answer is lost, the other way round', { ...lost, acts: back }],
      ['among three systems', { ...more, systems: [...TWO, 'pos'], acts: [...CRISSCROSS, ['put']] }],
      [
        'and again',
        {
          ...more,
          acts: [
            ['put', 'take', 'put'],
            ['put', 'put', 'take'],
          ],
        },
      ],
    ];
  });
}

test.each(crossings().map(([what, crossing]) => [crossing.field.name, what, crossing] as const))(
  '%s, edits cross both ways, %s: in every order it comes to what people meant',
  (_name, _what, crossing) => {
    const { crisscross, asked, histories, wrong } = cross(core, crossing);
    expect(wrong).toEqual([]);
    expect(crisscross).toBeGreaterThan(20);
    if (!crossing.losing) expect(asked).toBe(0);
    expect(asked).toBeLessThan(histories / 5);
  },
);
