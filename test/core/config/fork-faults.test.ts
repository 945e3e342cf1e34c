import { parseConfig } from '@concord/core';
import { expect, test } from 'vitest';

const FORK = '{ fork: { into: note, field: text, link: about } }';
const NOTE_KEY = 'key: [name]';
const TEXT = `systems: { a: { adapter: memory }, b: { adapter: memory } }
entities:
  customer:
    a: { set: customers }
    b: { set: customers }
    fields:
      remark: { a: remark, b: remark, policy: ${FORK} }
  note:
    a: { set: notes }
    b: { set: notes }
    ${NOTE_KEY}
    fields:
      name: { a: name, b: name }
      text: { a: text, b: text }
      size: { a: size, b: size, type: integer }
      about: { type: { reference: customer }, a: about, b: about }
      of: { type: { reference: note }, a: of, b: of }
`;

test('where losing values go is checked with the configuration', () => {
  expect(parseConfig(TEXT, { file: 'concord.yaml', env: {} }).kind).toBe('ok');
  expect(parseConfig(TEXT.replace(NOTE_KEY, ''), { file: 'concord.yaml', env: {} }).kind).toBe('ok');
});

test.each([
  ['an entity that there is not', 'into: note', 'into: nota', 'There is no entity "nota".', 'Did you mean "note"?'],
  ['a field that there is not', 'field: text', 'field: txt', '"note" has no field "txt".', 'Did you mean "text"?'],
  ['a field of another type', 'field: text', 'field: size', '"size" of "note" is of type integer, and cannot take a text.', ''],
  ['a link to something else', 'link: about', 'link: of', '"of" of "note" does not refer to "customer".', 'reference: customer'],
  ['a link that is no reference', 'link: about', 'link: name', '"name" of "note" does not refer to "customer".', 'reference: customer'],
  ['a key that cannot be made up', NOTE_KEY, 'key: [name, size]', 'its key is [name, size]', 'Let its key be one text'],
  ['a key that is too short for an id', 'name: { a: name,', 'name: { a: { column: name, maxLength: 10 },', 'its key is [name]', '21'],
  ['a policy that chooses nothing', FORK, FORK.replace('about', 'about, then: text'), 'does not choose between values', 'such as latest'],
  ['a place within another policy', FORK, `{ chain: [${FORK}, manual] }`, 'cannot stand within another', 'into its "then"'],
])('%s is one fault that says what to do', (_title, from, to, text, suggestion) => {
  expect(TEXT).toContain(from);
  const answer = parseConfig(
    TEXT.replace(from, () => to),
    { file: 'concord.yaml', env: {} },
  );
  const faults = answer.kind === 'faults' ? answer.faults : [];
  expect(faults.map((fault) => fault.text)).toHaveLength(1);
  expect(faults[0]?.text).toContain(text);
  expect(faults[0]?.suggestion ?? '').toContain(suggestion);
});
