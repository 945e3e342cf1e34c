import { actorOf, opId, systemId, type Conflict, type Edit, type FieldType, type Value } from '@concord/core';
import { describe, expect, test } from 'vitest';
import { decide } from '../kit/decided.ts';
import { madeOf } from '../kit/policies.ts';

const NOON = Date.UTC(2024, 4, 1, 12);
const MINUTE_MS = 60_000;
const MONEY: FieldType = { kind: 'decimal', scale: 2 };
const WHOLE: FieldType = { kind: 'integer' };
const TEXT: FieldType = { kind: 'text' };

/** What somebody did, so many minutes after noon. */
interface Deed {
  readonly to: Value;
  readonly at?: number;
}

/** Who edited what, on top of one base; `undefined` for a base: each brought a first value. */
function view(type: FieldType, base: Value | undefined, deeds: Readonly<Record<string, Deed>>): Conflict {
  const edits = Object.entries(deeds).map(([name, { to, at = 0 }]): Edit => {
    const system = systemId(name);
    const stamp = { ms: NOON + at * MINUTE_MS, count: 0, system };
    return {
      op: opId(1, actorOf(system)),
      system,
      value: to,
      saw: base === undefined ? 0 : 1,
      number: 2,
      stamp,
      ...(base === undefined ? {} : { on: base }),
    };
  });
  return { edits, type, ...(base === undefined ? {} : { base }) };
}

function decided(name: string, options: unknown, seen: Conflict): unknown {
  const decision = decide(madeOf(name, options, { type: seen.type }), seen);
  return decision.kind === 'held' ? { held: decision.code } : decision.value;
}

describe('latest', () => {
  test('the edit made last stands, however late it is heard of', () => {
    expect(decided('latest', undefined, view(TEXT, 'Acme', { fno: { to: 'Acme Ltd', at: 5 }, ce: { to: 'Acme Inc', at: 3 } }))).toBe(
      'Acme Ltd',
    );
  });

  test('of edits in the same moment one and the same stands, wherever it is decided', () => {
    const deeds = { ce: { to: 'Acme Inc' }, fno: { to: 'Acme Ltd' } };
    expect(decided('latest', undefined, view(TEXT, 'Acme', deeds))).toBe('Acme Ltd');
  });
});

describe('prefer', () => {
  test('the preferred system wins over a later edit made elsewhere', () => {
    expect(decided('prefer', 'ce', view(TEXT, 'a', { ce: { to: 'b', at: 1 }, fno: { to: 'c', at: 9 } }))).toBe('b');
  });

  test('systems that are not named come last, and among themselves the later edit wins', () => {
    const deeds = { fno: { to: 'c', at: 9 }, pos: { to: 'd', at: 2 } };
    expect(decided('prefer', ['ce', 'pos'], view(TEXT, 'a', deeds))).toBe('d');
    expect(decided('prefer', ['ce'], view(TEXT, 'a', deeds))).toBe('c');
  });
});

describe('owner', () => {
  test('an edit made elsewhere is undone, although it has no rival', () => {
    expect(decided('owner', 'fno', view(MONEY, '5000.00', { ce: { to: '9000.00' } }))).toBe('5000.00');
  });

  test('the owner and a person may change it', () => {
    expect(decided('owner', 'fno', view(MONEY, '5000.00', { fno: { to: '6000.00' }, ce: { to: '9000.00', at: 9 } }))).toBe('6000.00');
    expect(decided('owner', 'fno', view(MONEY, '5000.00', { person: { to: '7000.00' } }))).toBe('7000.00');
  });

  test('as long as it is empty, anybody may fill it', () => {
    expect(decided('owner', 'fno', view(MONEY, null, { ce: { to: '9000.00' } }))).toBe('9000.00');
  });
});

describe('immutable', () => {
  test('what was set stands, and a later edit is undone', () => {
    expect(decided('immutable', undefined, view(TEXT, 'C-1001', { ce: { to: 'C-9999' } }))).toBe('C-1001');
  });

  test('of two first values the earlier one stands', () => {
    expect(decided('immutable', undefined, view(TEXT, undefined, { ce: { to: 'B', at: 4 }, fno: { to: 'A', at: 2 } }))).toBe('A');
  });

  test('a person may correct it', () => {
    expect(decided('immutable', undefined, view(TEXT, 'C-1001', { person: { to: 'C-1002' } }))).toBe('C-1002');
  });
});

describe('max and min', () => {
  const prices = { fno: { to: '9007199254740992.01', at: 9 }, ce: { to: '9007199254740992.02' } };

  test('amounts are compared exactly, beyond what a double can tell apart', () => {
    expect(decided('max', undefined, view(MONEY, '1.00', prices))).toBe('9007199254740992.02');
    expect(decided('min', undefined, view(MONEY, '1.00', prices))).toBe('9007199254740992.01');
  });

  test('numbers are compared by size and not by their digits', () => {
    expect(decided('max', undefined, view(MONEY, '1.00', { fno: { to: '9.00' }, ce: { to: '10.00' } }))).toBe('10.00');
    expect(decided('min', undefined, view(WHOLE, 0, { fno: { to: -5 }, ce: { to: '-98765432109876543210' } }))).toBe(
      '-98765432109876543210',
    );
  });

  test('no comes before yes', () => {
    expect(decided('max', undefined, view({ kind: 'yesno' }, null, { fno: { to: false, at: 9 }, ce: { to: true } }))).toBe(true);
  });

  test('an empty value loses to any other', () => {
    expect(decided('min', undefined, view(MONEY, '7.00', { fno: { to: null, at: 9 }, ce: { to: '8.00' } }))).toBe('8.00');
  });

  test('it is no ratchet: an edit without a rival may lower the value', () => {
    expect(decided('max', undefined, view(MONEY, '7.00', { fno: { to: '3.00' } }))).toBe('3.00');
  });
});

describe('rank', () => {
  const STATUS: FieldType = { kind: 'choice' };
  const steps = { order: ['Active', 'Confirmed', 'Picked', 'Delivered', 'Invoiced'], until: { Canceled: 'Picked' } };

  test('the furthest step wins over a later edit', () => {
    expect(decided('rank', steps, view(STATUS, 'Active', { fno: { to: 'Picked' }, ce: { to: 'Confirmed', at: 9 } }))).toBe('Picked');
  });

  test('cancelling wins as long as nothing has left', () => {
    expect(decided('rank', steps, view(STATUS, 'Active', { ce: { to: 'Canceled' }, fno: { to: 'Picked', at: 9 } }))).toBe('Canceled');
  });

  test('cancelled here and delivered there waits for a person', () => {
    expect(decided('rank', steps, view(STATUS, 'Picked', { ce: { to: 'Canceled' }, fno: { to: 'Delivered' } }))).toEqual({ held: 'C10' });
  });

  test('a value that is not in the order waits for a person', () => {
    expect(decided('rank', steps, view(STATUS, 'Active', { ce: { to: 'OnHold' }, fno: { to: 'Picked' } }))).toEqual({ held: 'C17' });
  });
});

describe('counter', () => {
  test('from 100, 20 more here and 50 fewer there make 70', () => {
    expect(decided('counter', undefined, view(WHOLE, 100, { fno: { to: 120 }, ce: { to: 50 } }))).toBe(70);
  });

  test('two sales of five are a sale of ten, although both sides show the same count', () => {
    expect(decided('counter', undefined, view(WHOLE, 100, { fno: { to: 95 }, ce: { to: 95 } }))).toBe(90);
  });

  test('amounts are added exactly', () => {
    const deeds = { fno: { to: '9007199254740993.10' }, ce: { to: '9007199254740992.30' } };
    expect(decided('counter', undefined, view(MONEY, '9007199254740992.10', deeds))).toBe('9007199254740993.30');
  });

  test('a sum beyond 32 bits becomes text, and one that just fits does not', () => {
    expect(decided('counter', undefined, view(WHOLE, 2_000_000_000, { fno: { to: '2147483647' }, ce: { to: 2_000_000_001 } }))).toBe(
      '2147483648',
    );
    expect(decided('counter', undefined, view(WHOLE, -2_000_000_000, { fno: { to: -2_147_483_647 }, ce: { to: -2_000_000_001 } }))).toBe(
      -2_147_483_648,
    );
  });

  test('two different first counts of one thing wait for a person, two equal ones do not', () => {
    expect(decided('counter', undefined, view(WHOLE, undefined, { fno: { to: 40 }, ce: { to: 50 } }))).toEqual({ held: 'C19' });
    expect(decided('counter', undefined, view(WHOLE, undefined, { fno: { to: 40 }, ce: { to: 40 } }))).toBe(40);
  });
});

describe('set', () => {
  const SEASONS: FieldType = { kind: 'choices' };
  const base = '["Autumn","Spring"]';

  test('what either side adds is added, what either removes is removed', () => {
    const deeds = { fno: { to: '["Autumn","Spring","Winter"]' }, ce: { to: '["Autumn"]', at: 9 } };
    expect(decided('set', undefined, view(SEASONS, base, deeds))).toBe('["Autumn","Winter"]');
  });

  test('nothing left is an empty value', () => {
    expect(decided('set', undefined, view(SEASONS, base, { fno: { to: '["Spring"]' }, ce: { to: '["Autumn"]' } }))).toBeNull();
  });

  test('of two first values everything stands', () => {
    expect(decided('set', undefined, view(SEASONS, undefined, { fno: { to: '["Winter"]' }, ce: { to: '["Autumn"]' } }))).toBe(
      '["Autumn","Winter"]',
    );
  });
});

describe('text', () => {
  const base = 'Calls on Mondays. Pays late.';
  const merge = (mine: Value, theirs: Value, options?: string): unknown =>
    decided('text', options, view(TEXT, base, { fno: { to: mine }, ce: { to: theirs } }));

  test('edits of different words are both kept', () => {
    expect(merge('Calls on Tuesdays. Pays late.', 'Calls on Mondays. Pays in time.')).toBe('Calls on Tuesdays. Pays in time.');
    expect(merge(`New: ${base}`, `${base} Nice people.`)).toBe(`New: ${base} Nice people.`);
  });

  test('edits of the same words wait for a person', () => {
    expect(merge('Calls on Tuesdays. Pays late.', 'Calls on Fridays. Pays late.')).toEqual({ held: 'C01' });
  });

  test('edits of neighbouring words wait too: "30 days" is one thing', () => {
    const deeds = { fno: { to: 'net 45 days' }, ce: { to: 'net 30 weeks' } };
    expect(decided('text', undefined, view(TEXT, 'net 30 days', deeds))).toEqual({ held: 'C01' });
  });

  test('white space comes through as it was written', () => {
    const deeds = { fno: { to: 'a\n\n  b\tc \nd' }, ce: { to: ' z a\n\n  b\tc ' } };
    expect(decided('text', undefined, view(TEXT, 'a\n\n  b\tc ', deeds))).toBe(' z a\n\n  b\tc \nd');
  });

  test('by lines, two edits of one line wait', () => {
    expect(merge('Calls on Tuesdays. Pays late.', 'Calls on Mondays. Pays in time.', 'lines')).toEqual({ held: 'C01' });
    const deeds = { fno: { to: 'A\ntwo\nthree' }, ce: { to: 'one\ntwo\nC\nfour' } };
    expect(decided('text', 'lines', view(TEXT, 'one\ntwo\nthree', deeds))).toBe('A\ntwo\nC\nfour');
  });

  test('without a common text there is nothing to compare with', () => {
    expect(decided('text', undefined, view(TEXT, undefined, { fno: { to: 'a' }, ce: { to: 'b' } }))).toEqual({ held: 'C19' });
  });

  test('a text that would take minutes to compare waits for a person instead', () => {
    const again = 'again '.repeat(5000);
    const deeds = { fno: { to: `never ${again}` }, ce: { to: `${again}ever` } };
    expect(decided('text', undefined, view(TEXT, again, deeds))).toEqual({ held: 'C17' });
  });
});

test('manual: every conflict waits for a person', () => {
  expect(decided('manual', undefined, view(TEXT, 'a', { fno: { to: 'b' }, ce: { to: 'c' } }))).toEqual({ held: 'C01' });
  expect(decided('manual', undefined, view(TEXT, 'a', { fno: { to: 'b' }, ce: { to: 'b' } }))).toBe('b');
});

test('a group is decided as a whole: the street of one edit never meets the city of another', () => {
  const deeds = { fno: { to: ['Elm Street 1', 'Leeds'], at: 1 }, ce: { to: ['Oak Lane 2', 'York'], at: 2 } };
  expect(decided('latest', undefined, view(TEXT, ['Elm Street 1', 'York'], deeds))).toEqual(['Oak Lane 2', 'York']);
});
