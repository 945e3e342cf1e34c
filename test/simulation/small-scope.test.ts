import * as core from '@concord/core';
import type { DeletePolicy } from '@concord/core';
import { expect, test, vi } from 'vitest';
import { LONG_MS, runs } from '../kit/runs.ts';
import { disappointments, explore, type Scope } from './scope.ts';

const DELETES: readonly DeletePolicy[] = ['update-wins', 'delete-wins', 'manual'];
const POLICIES = ['latest', 'text', 'manual'] as const;
/** Up to three edits each, when somebody asks for it; the quick run does with as many as take a second. */
const isFull = runs(1) > 1;
/**
 * Three systems with three edits each come to forty million orders for one rule: a share of them is walked, spread over all. All of them, which
 * takes days, are walked with CONCORD_RUNS=802.
 */
const ONE_IN = Math.max(1, Math.floor(802 / runs(1)));

vi.setConfig({ testTimeout: isFull ? 3_600_000 : LONG_MS });

function scopes(): readonly Scope[] {
  const [two, three] = [
    ['ce', 'fno'],
    ['ce', 'fno', 'pos'],
  ] as const;
  const all = DELETES.flatMap((rule) => POLICIES.map((name) => ({ policy: { name, options: undefined }, delete: rule })));
  return all.flatMap((scope) =>
    isFull
      ? [
          { ...scope, systems: two, edits: 3 },
          { ...scope, systems: three, edits: 2 },
          { ...scope, systems: three, edits: 3, oneIn: ONE_IN },
        ]
      : [{ ...scope, systems: two, edits: 1 }],
  );
}

for (const scope of scopes()) {
  test(`${scope.systems.length} systems, up to ${scope.edits} edits each, ${scope.policy.name}, ${JSON.stringify(scope.delete)}: every order of hearing comes to one result`, () => {
    const { orders, differing } = explore(core, scope);
    expect(orders).toBeGreaterThan(100);
    expect(differing).toEqual([]);
  });
}

test('what the smallest conflicts must come to', () => {
  expect(disappointments(core)).toEqual([]);
});
