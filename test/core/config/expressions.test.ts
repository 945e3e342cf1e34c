import { compileTable, parseConfig, policies, type Fault, type ParsedConfig, type TableMap } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV } from './sample.ts';

/** An order line of which everything is right; tests break it in one place. */
const LINES = `systems:
  fno: { adapter: memory }
  ce: { adapter: memory }
entities:
  line:
    fno: { set: Lines, filter: 'quantity > 0' }
    ce: { set: lines }
    key: [number]
    filter: 'status != "Draft"'
    fields:
      number: { fno: No, ce: no }
      status: { fno: Status, ce: status }
      quantity: { fno: Qty, ce: qty, type: integer }
      price: { fno: Price, ce: price, type: decimal(2) }
      total: { fno: Total, ce: total, type: decimal(2), derived: 'round(quantity * price, 2, "half_even")' }
      tax: { fno: Tax, ce: tax, type: decimal(2), derived: 'round(total * 0.19, 2, "half_even")' }
      due: { fno: Due, ce: due, type: decimal(2) }
      owner: { fno: Owner, ce: owner, type: { reference: line } }
      phone:
        fno: { column: Phone, from: '$replace($, /[^0-9+]/, "")', to: '$' }
        ce: phone
      fullName:
        fno: { column: First, from: '$ & " " & $row.Last', only: read }
        ce: { column: name, to: '$uppercase($)', only: write }
      street: { fno: Street, ce: street }
      city: { fno: City, ce: city }
    groups:
      address: { fields: [street, city] }
    invariants:
      - { check: 'due == total + tax', onViolation: { recompute: due } }
      - check: 'quantity >= 0'
        onViolation: revert
      - { check: 'price >= 0 || isEmpty(price)' }
`;

function parsed(text: string): ParsedConfig {
  return parseConfig(text, { file: 'concord.yaml', env: ENV });
}

function faultsOf(text: string): readonly Fault[] {
  const answer = parsed(text);
  return answer.kind === 'faults' ? answer.faults : [];
}

function mapOf(text: string): TableMap {
  const answer = parsed(text);
  const [map] = answer.kind === 'ok' ? answer.config.entities : [];
  if (!map) throw new Error(JSON.stringify(answer));
  return map;
}

test('expressions stand in the table map as they were written, and compile from there', () => {
  const map = mapOf(LINES);
  expect(map.filter).toBe('status != "Draft"');
  expect(map.sides['fno']).toMatchObject({ filter: 'quantity > 0' });
  expect(map.derived?.map(({ field }) => field)).toEqual(['total', 'tax']);
  expect(map.invariants?.map(({ onViolation }) => onViolation)).toEqual([
    { kind: 'recompute', field: 'due', text: 'total + tax' },
    { kind: 'revert' },
    { kind: 'hold' },
  ]);
  const { rules } = compileTable(map, policies);
  expect(rules.filters['fno']?.map(({ text }) => text)).toEqual(['status != "Draft"', 'quantity > 0']);
  expect(rules.filters['ce']?.length).toBe(1);
  expect(rules.derived[1]?.expression.evaluate({ total: '10.00' })).toEqual({ kind: 'value', value: '1.90' });
  expect(rules.invariants[0]?.check.reads).toEqual(['due', 'tax', 'total']);
  expect([...(rules.from['fno']?.keys() ?? [])]).toEqual(['phone', 'fullName']);
});

test('a column that only a transform reads is read', () => {
  expect(mapOf(LINES).sides['fno']?.columns).toContain('Last');
});

test('what stands first and reads what comes later is put in order', () => {
  const swapped = LINES.replace("      - { check: 'due == total + tax', onViolation: { recompute: due } }\n", '')
    .replace("derived: 'round(quantity", "derived: 'round(due + quantity")
    .replace('due: { fno: Due, ce: due, type: decimal(2) }', "due: { fno: Due, ce: due, type: decimal(2), derived: 'price' }");
  expect(mapOf(swapped).derived?.map(({ field }) => field)).toEqual(['due', 'total', 'tax']);
});

type Broken = readonly [title: string, from: string, to: string, line: number, text: string, suggestion: string];

const broken: readonly Broken[] = [
  [
    'a filter of a field that does not exist',
    'status != "Draft"',
    'staus != "Draft"',
    9,
    'There is no field "staus".',
    'Did you mean "status"?',
  ],
  [
    'a filter that is no condition',
    'status != "Draft"',
    'status',
    9,
    'The expression is a text, where a yesno is needed',
    'write a condition',
  ],
  ['a filter that is no CEL', 'status != "Draft"', 'status !=', 9, 'This is no CEL', ''],
  [
    'a filter that compares what is never equal',
    'quantity > 0',
    'quantity == "0"',
    6,
    'an integer is never equal to a text',
    'compare values of one type.',
  ],
  [
    'a filter of a field that one system does not tell',
    'status != "Draft"',
    'fullName != "x"',
    9,
    '"fullName" is not read in ce',
    'Put the filter into the block',
  ],
  [
    "a side's filter of a field that it does not tell",
    'ce: { set: lines }',
    "ce: { set: lines, filter: 'fullName != null' }",
    7,
    '"fullName" is not read in ce',
    'Map it there',
  ],
  ['a filter of a reference', 'quantity > 0', 'owner != null', 6, '"owner" is a reference', 'Let the filter ask for other fields.'],
  ['a filter of what is computed', 'quantity > 0', 'total > 0', 6, '"total" is computed', ''],
  [
    'a filter with a variable',
    'quantity > 0',
    'status == "${FNO_URL}"',
    6,
    'An expression cannot hold variables',
    'Write the value itself.',
  ],
  [
    'a computed field of the wrong type',
    'derived: \'round(total * 0.19, 2, "half_even")\'',
    "derived: 'status'",
    16,
    'The expression is a text, where a decimal is needed',
    'dec(…)',
  ],
  [
    'a computed field with a policy',
    "derived: 'round(total",
    "policy: latest, derived: 'round(total",
    16,
    'A field that is computed needs no policy.',
    'Leave out',
  ],
  [
    'a circle',
    'round(quantity * price, 2, "half_even")',
    'tax',
    15,
    'These are computed from each other: total from tax from total.',
    'Let one of them be edited.',
  ],
  [
    'a circle through an invariant',
    'round(quantity * price, 2, "half_even")',
    'due',
    15,
    'These are computed from each other: total from due from tax from total.',
    'Let one of them be edited.',
  ],
  [
    'a circle of a computed field and a condition',
    'status: { fno: Status, ce: status }',
    "status: { fno: Status, ce: status }\n      sold: { fno: Sold, ce: sold, type: integer, policy: { when: [{ if: 'double > 1', then: manual }] } }\n      double: { fno: D, ce: d, type: integer, derived: 'sold * 2' }",
    13,
    'A computed field and the conditions of policies read each other: sold → double → sold.',
    'Let one of them decide without the other (PL04).',
  ],
  ['a field that is computed twice', 'recompute: due', 'recompute: total', 30, '"total" is computed already.', 'Leave out "derived"'],
  [
    'a sum that cannot go back',
    'quantity: { fno: Qty, ce: qty, type: integer }',
    'quantity: { fno: Qty, ce: qty, type: integer, policy: counter }',
    32,
    '"quantity" is what all sides make it',
    'Write hold.',
  ],
  [
    'a sum that is computed anew',
    'due: { fno: Due, ce: due, type: decimal(2) }',
    'due: { fno: Due, ce: due, type: decimal(2), policy: counter }',
    17,
    'A field that is computed needs no policy.',
    'Leave out',
  ],
  [
    'a computed key',
    'number: { fno: No, ce: no }',
    "number: { fno: No, ce: no, derived: 'status' }",
    11,
    'A field of the key cannot be computed.',
    'Leave it out of the key.',
  ],
  [
    'a computed field of a group',
    'city: { fno: City, ce: city }',
    "city: { fno: City, ce: city, derived: 'status' }",
    26,
    'A field of a group cannot be computed.',
    'Take it out',
  ],
  ['a check that is no condition', "check: 'quantity >= 0'", "check: 'quantity'", 31, 'where a yesno is needed', 'write a condition'],
  ['a check of nothing', "check: 'quantity >= 0'", "check: 'true'", 31, 'The check reads no field', ''],
  [
    'a check that does not say what the field is',
    'due == total + tax',
    'due > total + tax',
    30,
    'The check does not say what "due" is.',
    "Write check: 'due == …'.",
  ],
  ['a field that is computed from itself', 'due == total + tax', 'due == due + tax', 30, 'The check computes "due" from itself.', ''],
  ['a field to compute that does not exist', 'recompute: due', 'recompute: deu', 30, 'There is no field "deu".', 'Did you mean "due"?'],
  ['a word that is no remedy', 'onViolation: revert', 'onViolation: undo', 32, 'Expected one of a few words', ''],
  ['a transform that is no JSONata', "to: '$' }", "to: '$(' }", 20, 'This is no JSONata', ''],
  ['a transform that reads the clock', "to: '$' }", "to: '$now()' }", 20, '$now reads the clock', 'a value must always come to the same.'],
  ['a transform with a pattern that RE2 does not know', '/[^0-9+]/', '/(?=a)b/', 20, '/(?=a)b/', ''],
  ['a transform of an unknown part of the row', '$row.Last', '$row', 23, 'Write $row.Column', ''],
  [
    'reading through a transform, writing without',
    ", to: '$' }",
    ' }',
    20,
    'It is read through a transform, and written without one.',
    'Add "to: …"',
  ],
  [
    'writing through a transform, reading without',
    "to: '$uppercase($)', only: write",
    "to: '$uppercase($)'",
    24,
    'It is written through a transform, and read without one.',
    'Add "from: …"',
  ],
  [
    'reading two columns, writing one',
    "$row.Last', only: read",
    "$row.Last', to: '$'",
    23,
    'It is read from other columns too (Last)',
    'Say "lossy: true"',
  ],
  ['writing with the row', "to: '$uppercase($)'", "to: '$row.Last'", 24, 'What is written has no row', ''],
  [
    'lossy without transforms',
    'ce: phone',
    'ce: { column: phone, lossy: true }',
    21,
    '"lossy" is about "from" and "to" together.',
    'Leave it out.',
  ],
  ['deletions that nobody owns', 'key: [number]', 'key: [number]\n    delete: { owner: foo }', 9, 'The entity is not in "foo".', '"fno"'],
  ['a rule of deletions that there is not', 'key: [number]', 'key: [number]\n    delete: ask', 9, '', ''],
  [
    'a deletion that becomes what does not exist',
    'key: [number]',
    'key: [number]\n    delete: { soft: { staus: Gone } }',
    9,
    'There is no field "staus".',
    'Did you mean "status"?',
  ],
  [
    'a deletion that becomes what is computed',
    'key: [number]',
    "key: [number]\n    delete: { soft: { total: '0.00' } }",
    9,
    '"total" is computed.',
    'Name a field that is edited.',
  ],
  [
    'a deletion that becomes no number',
    'key: [number]',
    'key: [number]\n    delete: { soft: { quantity: none } }',
    9,
    'That is no integer, which "quantity" is.',
    '',
  ],
  [
    'a deletion that becomes two fields',
    'key: [number]',
    'key: [number]\n    delete: { soft: { status: Gone, quantity: 0 } }',
    9,
    'A deletion becomes the value of one field.',
    '',
  ],
  [
    'a length of what has none',
    'quantity: { fno: Qty,',
    'quantity: { fno: { column: Qty, maxLength: 5 },',
    13,
    'A field of type integer has no length.',
    'Leave "maxLength" out.',
  ],
  ['as and to', "to: '$uppercase($)'", "to: '$uppercase($)', as: /x({})", 24, '"as" and "to" both say what is written.', 'Keep "to"'],
];

test.each(broken)('%s: its line is named, and what to write', (_title, from, to, line, text, suggestion) => {
  expect(LINES).toContain(from);
  const [fault, ...more] = faultsOf(LINES.replace(from, () => to));
  expect(more).toEqual([]);
  expect(fault?.line).toBe(line);
  const told = `${fault?.text} ${fault?.suggestion ?? ''}`;
  expect(told).toContain(text);
  expect(told).toContain(suggestion);
});

test('a field that is wrong itself is not complained of once more by every expression that asks for it', () => {
  const faults = faultsOf(
    LINES.replace('price: { fno: Price, ce: price, type: decimal(2) }', 'price: { fno: Price, ce: price, type: money }'),
  );
  expect(faults.map(({ line }) => line)).toEqual([14]);
});
