import { changeWords, mapChanges, must, outlineOf, type Json, type Outline, type TableMap } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapOf } from '../kit/changing.ts';

/** Something of everything that a table map can say. */
const WHOLE = `    a: { set: items, id: [id], where: { company: usmf }, filter: 'text != "x"' }
    b: { set: items, id: [id], guard: { deletes: { most: 10 } } }
    key: [code]
    match: [[phone]]
    review: [[text]]
    unique: [[phone]]
    seed: a
    delete: manual
    filter: 'size > 0'
    invariants: [{ check: 'size < 100', onViolation: hold }]
    groups: { both: { fields: [street, city], policy: latest } }
    fields:
      code: { a: code, b: code }
      text: { a: text, b: { column: text, maxLength: 20 }, policy: { prefer: [b, a] } }
      phone: { a: phone, b: { column: phone, only: read }, sensitive: true }
      size: { type: integer, a: size, b: size }
      twice: { type: integer, derived: 'size * 2', a: twice, b: twice }
      street: { a: street, b: street }
      city: { a: city, b: city }
      rate: { type: integer, a: rate, b: rate }
`;

const map = must(mapOf(WHOLE), 'it is a configuration');
const told = (text: string): readonly string[] => mapChanges(outlineOf(map), must(mapOf(text), 'it is a configuration')).map(changeWords);

test('the same in another order is no change', () => {
  const turned: TableMap = {
    ...map,
    sides: Object.fromEntries(Object.entries(map.sides).toReversed()),
    registers: map.registers.toReversed(),
  };
  expect(mapChanges(outlineOf(map), turned)).toEqual([]);
});

test.each([
  ['    seed: a\n', '    seed: b\n', ['rule changed: seed']],
  ['where: { company: usmf }', 'where: { company: dat }', ['system changed: a (where)']],
  [', filter: \'text != "x"\'', '', ['system changed: a (filter)']],
  ['guard: { deletes: { most: 10 } }', 'guard: { deletes: { most: 20 } }', ['system changed: b (guard)']],
  ['key: [code]', 'key: [code, size]', ['rule changed: key']],
  ['maxLength: 20', 'maxLength: 30', ['field changed: text in b (maxLength)']],
  ['b: { column: phone, only: read }', 'b: phone', ['field changed: phone in b (only)']],
  [', sensitive: true', '', ['field changed: phone (sensitive)']],
  ['prefer: [b, a]', 'prefer: [a, b]', ['register changed: text (policy)']],
  ['size * 2', 'size * 3', ['rule changed: derived']],
  ['rate: { type: integer', 'rate: { type: decimal(2)', ['field changed: rate (type)']],
  ['fields: [street, city]', 'fields: [city, street]', ['register changed: both (fields)']],
  [
    '    groups: { both: { fields: [street, city], policy: latest } }\n',
    '',
    ['register changed: street (fields)', 'register changed: city (fields)'],
  ],
  ['      city: { a: city, b: city }\n', '      city: { a: city, b: city }\n      more: { a: more, b: more }\n', ['field added: more']],
])('%s becomes %s', (from, to, words) => {
  const text = WHOLE.replace(from, to);
  expect(text).not.toBe(WHOLE);
  expect(told(text).toSorted()).toEqual([...words].toSorted());
});

test('one field is renamed to one', () => {
  const called = (name: string): TableMap['registers'] =>
    map.registers
      .filter((register) => register.name === 'text')
      .map((register) => ({ ...register, name, fields: [{ ...register.fields[0], name }] }));
  const others = map.registers.filter(({ name }) => name !== 'text');
  const found = mapChanges(outlineOf(map), { ...map, registers: [...others, ...called('one'), ...called('two')] });
  expect(found.map(changeWords)).toEqual(['field renamed: text to one', 'field added: two']);
});

test('whatever a ledger ran with that is not what it is to run with is told', () => {
  const now = outlineOf(map);
  const places = placesIn(JSON.parse(JSON.stringify(now)), []);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.boolean(), (place, isGone) => {
      const before: Outline = JSON.parse(JSON.stringify(now));
      change(before, place, isGone);
      expect({ place, changes: mapChanges(before, map) }).not.toEqual({ place, changes: [] });
    }),
    { numRuns: 500 },
  );
});

/** The way to everything in it, but to its four parts. */
function placesIn(value: Json, way: readonly string[]): readonly (readonly string[])[] {
  const own = way.length > 1 ? [way] : [];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([name, one]) => placesIn(one, [...way, name]))];
}

function change(within: unknown, [name, ...way]: readonly string[], isGone: boolean): void {
  if (typeof within !== 'object' || within === null || name === undefined) throw new Error('it leads nowhere');
  if (way.length > 0) change(Reflect.get(within, name), way, isGone);
  else if (isGone && !Array.isArray(within)) Reflect.deleteProperty(within, name);
  else Reflect.set(within, name, 'another');
}
