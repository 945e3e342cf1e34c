import { openPairing } from '@concord/adapters';
import { keyOf, type FirstLook, type Value } from '@concord/core';
import { expect, test } from 'vitest';

/** A row by its key, the texts of two keys (`undefined`: it says nothing), one weak key, and its name. */
function look(key: string, tiers: readonly (string | undefined)[], name: string, weak?: string): FirstLook {
  const values = new Map<string, Value>([['name', name]]);
  return { key: keyOf(key), tiers: [tiers[0], tiers[1]], weak: [weak], values, unreadable: 0 };
}

function paired(here: readonly FirstLook[], there: readonly FirstLook[]) {
  const pairing = openPairing(2);
  try {
    pairing.put('a', here);
    pairing.put('b', there);
    return pairing.pair('a', 'b');
  } finally {
    pairing.close();
  }
}

test('the first key that both have decides, and what differs is told with both values', () => {
  const told = paired(
    [look('1', ['x', 'mail'], 'One'), look('2', [undefined, 'post'], 'Two'), look('3', ['z'], '')],
    [look('7', ['x', 'other'], 'Uno'), look('8', ['y', 'post'], 'Two'), look('9', ['z'], 'Three')],
  );
  expect(told).toMatchObject({ matched: [2, 1], equal: 1, onlyHere: { rows: 0 }, onlyThere: { rows: 0 }, ambiguous: { rows: 0 } });
  expect(told.differing).toEqual([
    {
      field: 'name',
      pairs: 2,
      empty: 1,
      examples: [
        { key: '1', here: 'One', there: 'Uno' },
        { key: '3', here: '', there: 'Three' },
      ],
    },
  ]);
});

test('an earlier key that differs tells two apart, whatever a later one says', () => {
  const told = paired([look('1', ['x', 'mail'], 'One')], [look('7', ['y', 'mail'], 'One')]);
  expect(told).toMatchObject({ matched: [0, 0], onlyHere: { rows: 1, examples: ['1'] }, onlyThere: { rows: 1, examples: ['7'] } });
});

test('what several rows of one system share joins nobody; where an earlier key leaves one of them, it does', () => {
  const several = paired([look('1', [undefined, 'mail'], 'One')], [look('7', ['x', 'mail'], 'One'), look('8', [undefined, 'mail'], 'One')]);
  expect(several).toMatchObject({ matched: [0, 0], ambiguous: { rows: 3, examples: [{ name: 'mail', here: ['1'], there: ['7', '8'] }] } });
  const one = paired([look('1', ['x', 'mail'], 'One')], [look('7', ['y', 'mail'], 'One'), look('8', [undefined, 'mail'], 'One')]);
  expect(one).toMatchObject({ matched: [0, 1], onlyThere: { rows: 1, examples: ['7'] }, ambiguous: { rows: 0 } });
});

test('two rows of one system with one natural key are ambiguous, also where the other system has none', () => {
  expect(paired([look('1', ['x'], 'One'), look('2', ['x'], 'Two')], [])).toMatchObject({ ambiguous: { rows: 2 }, onlyHere: { rows: 0 } });
});

test('a text that a great many bear is ambiguous at once, and is not gone through pair by pair', () => {
  const many = (from: number) => Array.from({ length: 3_000 }, (_, index) => look(String(from + index), [undefined, 'none'], 'One'));
  expect(paired(many(0), many(10_000))).toMatchObject({ matched: [0, 0], ambiguous: { rows: 6_000 } });
});

test('a weak key joins nothing, and is counted for review', () => {
  const told = paired([look('1', ['x'], 'One', 'leeds')], [look('7', ['y'], 'One', 'leeds')]);
  expect(told).toMatchObject({ matched: [0, 0], review: 1, onlyHere: { rows: 1 } });
});
