import { free, getConflicts, getHeads, isImmutableString, load } from '@automerge/automerge';
import { shifted, type Table, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, play } from '../kit/histories.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { membersOf, worldOf, type World } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];

const table = tableOf(
  {
    account: {},
    name: {},
    phone: { policy: { name: 'manual', options: undefined } },
    street: { group: 'address' },
    zip: { group: 'address' },
    stock: { type: { kind: 'integer' }, policy: { name: 'counter', options: undefined } },
    limit: { policy: { name: 'owner', options: 'fno' } },
    memo: { policy: { name: 'text', options: undefined } },
  },
  { systems: SYSTEMS },
);

const words = fc.constantFrom<Value>('red', 'blue', 'red blue', 'green', null, 'constructor', 'ü😀');

const fields = {
  account: fc.constant<Value>('a'),
  name: words,
  phone: words,
  address: fc.tuple(words, words).map((pair): Value => pair.map((part) => (typeof part === 'string' ? part : null))),
  stock: fc.integer({ min: -5, max: 2_000_000_000 }),
  limit: words,
  memo: words,
};

test('the stored chunks load with Automerge into the very document that the row speaks of: same values, same conflicts, same heads', () => {
  fc.assert(
    fc.property(histories(SYSTEMS, fields), (steps) => {
      const world = worldOf(table);
      play(world, steps);
      if (world.record) expectSame(world, table);
    }),
    { numRuns: 300 },
  );
});

function expectSame(world: World, rules: Table): void {
  const { record, changes } = world;
  if (!record) return;
  const document = load<Record<string, unknown>>(Buffer.concat(changes.map(({ chunk }) => chunk)));
  try {
    expect(getHeads(document).toSorted()).toEqual(record.heads);
    for (const [name, register] of Object.entries(record.registers)) {
      membersOf(rules, name, register.value).forEach(([field, value], index) => {
        const live = Object.keys(getConflicts(document, field) ?? {});
        const expected = register.ops.map((op) => shifted(op, index));
        if (register.ops.length > 1) expect(live.toSorted()).toEqual(expected.toSorted());
        if (!register.held && register.ops.length > 0) expect(plain(document[field])).toEqual(value);
      });
    }
  } finally {
    free(document);
  }
}

function plain(value: unknown): unknown {
  return isImmutableString(value) ? value.val : value;
}
