import { parseConfig } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

/** What is written instead of what, the line that the one fault must name, and what it and its suggestion must say. */
type Broken = readonly [title: string, from: string, to: string, line: number, text: string, suggestion: string];

const broken: readonly Broken[] = [
  ['a further key of a field that does not exist', 'delete: manual', 'match: [[emial]]', 10, 'There is no field "emial".', ''],
  [
    'a weak key of the company alone',
    'delete: manual',
    'review: [[company]]',
    10,
    'A key of the company alone',
    'Add the field that names one.',
  ],
  [
    'a unique key with a field twice',
    'delete: manual',
    'unique: [{ fields: [name, name] }]',
    10,
    '"name" is in the key twice.',
    'Keep one of the two.',
  ],
  [
    'a mistyped word of a key',
    'delete: manual',
    'match: [{ fields: [name], digit: true }]',
    10,
    '"digit" is not known here.',
    'Did you mean "digits"?',
  ],
  ['a seed that is no system of the entity', 'delete: manual', 'seed: fnoo', 10, 'The entity is not in "fnoo".', 'Did you mean "fno"?'],
  ['a guard without a number', 'delete: manual', 'guard: { deletes: { share: 0.5 } }', 10, '"most" is missing.', 'Add "most: …".'],
  ['a guard over no length of time', 'delete: manual', 'guard: { within: 10 }', 10, 'Expected a text; found 10.', ''],
  [
    'a rule for children on a field that refers to nothing',
    'ce: name }',
    'ce: name, onParentDeleted: cascade }',
    13,
    '"onParentDeleted" is for references.',
    '',
  ],
  [
    'a mistyped rule for what is missing',
    'type: { reference: customer }',
    'onMissing: stubb\n        type: { reference: customer }',
    33,
    'Expected one of a few words; found "stubb".',
    'Did you mean "stub"?',
  ],
];

test.each(broken)('%s is one fault, with its line and what to do', (_title, from, to, line, text, suggestion) => {
  expect(SAMPLE).toContain(from);
  const answer = parseConfig(
    SAMPLE.replace(from, () => to),
    { file: 'concord.yaml', env: ENV },
  );
  const faults = answer.kind === 'faults' ? answer.faults : [];
  expect(faults).toHaveLength(1);
  expect(faults[0]?.line).toBe(line);
  expect(faults[0]?.text).toContain(text);
  expect(faults[0]?.suggestion ?? '').toContain(suggestion);
});

test('what is written of keys, references and guards comes out as the engine needs it', () => {
  const text = SAMPLE.replace(
    'delete: manual',
    'match: [{ fields: [company, name], digits: true }]\n    unique: [[name]]\n    seed: ce\n    guard: { deletes: { most: 3 } }',
  ).replace('type: { reference: customer }', 'type: { reference: customer }\n        onMissing: "null"\n        waitAtMost: 5m');
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  if (answer.kind === 'faults') throw new Error(answer.faults.map((fault) => fault.text).join());
  const [customer, order] = answer.config.entities;
  const plain = { fields: ['name'], trim: true, case: true, nfc: true };
  expect(customer).toMatchObject({
    match: [{ ...plain, digits: true }],
    unique: [{ ...plain, digits: false, onViolation: 'first-keeps' }],
    seed: 'ce',
  });
  expect(customer?.sides['fno']?.guard).toEqual({ withinMs: 600_000, deletes: { most: 3, share: 0 } });
  const field = order?.registers.find(({ name }) => name === 'customer')?.fields[0];
  expect(field?.reference).toEqual({ onMissing: 'null', waitMs: 300_000 });
});
