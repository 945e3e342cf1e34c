import { expect, test } from 'vitest';
import { cases } from '../kit/register-cases.ts';
import { breachIn, type History } from '../kit/register-laws.ts';

/** Histories that broke a law once. */
const FOUND: readonly (readonly [name: string, policy: string, history: History])[] = [
  [
    'whoever rules over a write that was perhaps seen is asked no more, where the first to set it stands',
    'group, first',
    {
      first: [['a', 1], undefined],
      events: [
        { kind: 'hear', at: 0 },
        { kind: 'edit', at: 0, choice: 3, lateMs: 0 },
        { kind: 'deliver', at: 1 },
        { kind: 'hear', at: 0 },
        { kind: 'page' },
        { kind: 'rule', choice: 0 },
        { kind: 'edit', at: 1, choice: 1, lateMs: 0 },
        { kind: 'edit', at: 0, choice: 0, lateMs: 0 },
        { kind: 'deliver', at: 1 },
        { kind: 'send', at: 0 },
        { kind: 'hear', at: 0 },
        { kind: 'answer', at: 0 },
        { kind: 'edit', at: 0, choice: 0, lateMs: 0 },
        { kind: 'send', at: 0 },
      ],
    },
  ],
];

test.each(FOUND)('%s', (_name, policy, history) => {
  const one = cases.find(({ name }) => name === policy);
  expect(one).toBeDefined();
  expect(one && breachIn(one, history)).toBeUndefined();
});
