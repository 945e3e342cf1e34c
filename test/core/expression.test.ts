import { compileExpression, type FieldType, type FieldTypes, type FieldValues, type Scalar } from '@concord/core';
import { expect, test } from 'vitest';

const yesno: FieldType = { kind: 'yesno' };
const text: FieldType = { kind: 'text' };
const integer: FieldType = { kind: 'integer' };
const money: FieldType = { kind: 'decimal', scale: 2 };

const fields: FieldTypes = {
  status: { kind: 'choice' },
  name: text,
  note: text,
  quantity: integer,
  stock: integer,
  price: money,
  total: money,
  ordered: { kind: 'date' },
  changed: { kind: 'datetime' },
  open: yesno,
  tags: { kind: 'choices' },
  customer: { kind: 'reference', entity: 'customer' },
};

const values: FieldValues = {
  status: 'Open',
  name: 'Ärmel & Söhne 👩‍🔧',
  quantity: 3,
  stock: '98765432109876543210',
  price: '0.10',
  total: '0.30',
  ordered: '2024-05-01',
  changed: '2024-05-01T08:31:02Z',
  open: true,
  tags: '["Autumn","Winter"]',
  customer: 'V1StGXR8_Z5jdHi6B-myT',
};

function compiled(words: string, result: FieldType) {
  const answer = compileExpression(words, fields, result);
  if (answer.kind === 'wrong') throw new Error(`${words}: ${answer.words}`);
  return answer.expression;
}

function complaint(words: string, result: FieldType = yesno): string {
  const answer = compileExpression(words, fields, result);
  return answer.kind === 'wrong' ? answer.words : `compiled: ${answer.expression.text}`;
}

const computed: readonly (readonly [string, FieldType, Scalar])[] = [
  // Amounts are exact: 0.1 × 3 is 0.3, and a written 0.1 is a tenth.
  ['total == quantity * price', yesno, true],
  ['quantity * 0.1 == total', yesno, true],
  ['price + price + price', money, '0.30'],
  ['price - 0.1', money, '0.00'],
  ['-price', money, '-0.10'],
  ['0.1 + 0.2 == 0.3', yesno, true],
  ['12345678901234567890.12 + price', money, '12345678901234567890.22'],
  ['round(price / 3, 2, "half_even")', money, '0.03'],
  ['round(0.125, 2, "half_even")', money, '0.12'],
  ['round(0.125, 2, "half_up")', money, '0.13'],
  ['round(-0.125, 2, "down")', money, '-0.12'],
  ['round(-0.121, 2, "floor")', money, '-0.13'],
  ['round(quantity, 0, "up")', money, '3.00'],
  ['stock + 1', integer, '98765432109876543211'],
  ['stock > 98765432109876543209', yesno, true],
  ['quantity / 2', integer, 1],
  ['-7 / 2', integer, -3],
  ['quantity % 2', integer, 1],
  ['int(2147483647) + 1', integer, '2147483648'],
  ['price < 1', yesno, true],
  ['max(price, 2, 0.5)', money, '2.00'],
  ['min(name, "B")', text, 'B'],
  ['abs(-price)', money, '0.10'],
  ['open ? price : 0', money, '0.10'],
  ['string(quantity) + "/" + string(price)', text, '3/0.1'],
  ['dec("12.345") > 12.34', yesno, true],
  ['int(round(2.5, 0, "half_even"))', integer, 2],
  // Texts, dates, sets.
  ['ordered >= "2024-05-01" && ordered < "2024-06-01"', yesno, true],
  ['changed.startsWith(ordered)', yesno, true],
  ['ordered', { kind: 'date' }, '2024-05-01'],
  ['status in ["Open", "Paid"]', yesno, true],
  ['!("Summer" in tags)', yesno, true],
  ['tags.exists(tag, tag.startsWith("W"))', yesno, true],
  ['tags.all(tag, size(tag) == 6)', yesno, true],
  ['tags.exists_one(tag, tag == "Winter")', yesno, true],
  ['tags.filter(tag, tag != "Winter") + ["Zest", "Zest"]', { kind: 'choices' }, '["Autumn","Zest"]'],
  ['tags.map(tag, tag.upperAscii())', { kind: 'choices' }, '["AUTUMN","WINTER"]'],
  ['tags.map(tag, size(tag)) == [6, 6]', yesno, true],
  ['size(tags)', integer, 2],
  ['name.size()', integer, 17],
  ['name.substring(14)', text, '👩‍🔧'],
  ['name.substring(0, name.indexOf(" "))', text, 'Ärmel'],
  ['name.indexOf("nowhere")', integer, -1],
  ['name.matches("^.rmel & S[oö]hne")', yesno, true],
  ['name.lowerAscii().contains("söhne") && name.trim() == name && name.endsWith("🔧")', yesno, true],
];

test.each(computed)('%s', (words, result, value) => {
  expect(compiled(words, result).evaluate(values)).toEqual({ kind: 'value', value });
});

// `note` is empty throughout.
const empties: readonly (readonly [string, FieldType, Scalar])[] = [
  ['note == null', yesno, true],
  ['note != null', yesno, false],
  ['null == note', yesno, true],
  ['note == ""', yesno, true],
  ['note == "x"', yesno, false],
  ['note != "x"', yesno, true],
  ['note in ["x"]', yesno, false],
  ['note in ["x", null]', yesno, true],
  ['note < "x"', yesno, null],
  ['!(note < "x")', yesno, null],
  ['note.startsWith("x")', yesno, null],
  ['note.startsWith("x") || open', yesno, true],
  ['open || note.startsWith("x")', yesno, true],
  ['note.startsWith("x") && !open', yesno, false],
  ['note.startsWith("x") && open', yesno, null],
  ['note.startsWith("x") ? 1 : 2', integer, null],
  ['note + "x"', text, null],
  ['isEmpty(note)', yesno, true],
  ['isEmpty(note + "x")', yesno, true],
  ['isEmpty(name)', yesno, false],
  ['orElse(note, "none") + "x"', text, 'nonex'],
  ['orElse(note, null)', text, null],
  ['open ? null : price', money, null],
  ['tags.exists(tag, tag < note)', yesno, null],
  ['tags.exists(tag, tag == "Winter" || tag < note)', yesno, true],
  ['[]', { kind: 'choices' }, null],
];

test.each(empties)('with an empty field: %s', (words, result, value) => {
  expect(compiled(words, result).evaluate({ ...values, note: null })).toEqual({ kind: 'value', value });
  expect(compiled(words, result).evaluate(values)).toEqual({ kind: 'value', value });
});

const faults: readonly (readonly [string, FieldType, string])[] = [
  ['price / 0', money, 'divides by zero'],
  ['quantity % 0', integer, 'divides by zero'],
  ['price / 3', money, 'has more than 2 digits behind the point: round('],
  ['int(price)', integer, '0.1 is not whole'],
  ['dec(name)', money, 'is no number'],
  ['name.substring(99)', text, 'a text of 17 characters has no part from 99'],
  ['ordered', { kind: 'datetime' }, 'is no datetime'],
  ['"2024-02-31"', { kind: 'date' }, 'is no date'],
];

test.each(faults)('where the values allow no answer, it is said why: %s', (words, result, why) => {
  const answer = compiled(words, result).evaluate(values);
  expect(answer.kind === 'fault' ? answer.words : answer).toContain(why);
});

test('a fault does not matter where the other side decides', () => {
  expect(compiled('open || 1 / 0 == 1', yesno).evaluate(values)).toEqual({ kind: 'value', value: true });
  expect(compiled('1 / 0 == 1 || open', yesno).evaluate(values)).toEqual({ kind: 'value', value: true });
  expect(compiled('quantity != 0 && 6 / quantity == 2', yesno).evaluate({ quantity: 0 })).toEqual({ kind: 'value', value: false });
});

test('what an expression reads is told exactly, and nothing else is looked at', () => {
  const { reads, evaluate } = compiled('tags.exists(name, name == status) && price > 1', yesno);
  expect(reads).toEqual(['price', 'status', 'tags']);
  expect(evaluate({ ...values, name: 5 })).toEqual({ kind: 'value', value: false });
  expect(compiled('true', yesno).reads).toEqual([]);
});

test('a value of another type than its field is a fault, and no field of JavaScript is one of ours', () => {
  expect(compiled('price > 1', yesno).evaluate({ price: 'abc' })).toMatchObject({ kind: 'fault', words: expect.stringContaining('price') });
  expect(compiled('price > 1', yesno).evaluate({ price: 5 })).toMatchObject({ kind: 'fault' });
  expect(complaint('constructor == null')).toContain('no field "constructor"');
  expect(complaint('__proto__ == null')).not.toContain('compiled');
  expect(complaint('name.constructor == null')).toContain('no parts');
  expect(complaint('name["constructor"] == null')).toContain('no parts');
  expect(complaint('name.toString() == "x"')).toContain('no function "toString"');
  expect(complaint('hasOwnProperty("x")')).toContain('no function "hasOwnProperty"');
  expect(complaint('price.toFixed() == "x"')).toContain('no function');
});

const wrongs: readonly (readonly [string, FieldType, string])[] = [
  ['staus == "Open"', yesno, 'there is no field "staus". Did you mean "status"?'],
  ['isempty(note)', yesno, 'there is no function "isempty". Did you mean "isEmpty"?'],
  ['name.startWith("x")', yesno, 'Did you mean "startsWith"?'],
  ['quantity == "3"', yesno, 'an integer is never equal to a text'],
  ['price > name', yesno, '">" does not go between a decimal and a text'],
  ['name + quantity', text, 'string(…) makes a text of a number'],
  ['status', yesno, 'the expression is a text, where a yesno is needed: write a condition'],
  ['price', integer, 'where an integer is needed: int(…)'],
  ['name', money, 'dec(…) makes a decimal of a text'],
  ['quantity', text, 'string(…)'],
  ['name', { kind: 'choices' }, 'write a list'],
  ['status && open', yesno, '"status" is a text, no condition'],
  ['!status', yesno, 'no condition'],
  ['-name', integer, '"-" stands before numbers'],
  ['open ? 1 : "x"', integer, 'let both sides of ":" be of one type'],
  ['"x" in name', yesno, '"in" looks for a value in a list'],
  ['[1, "x"] == null', yesno, 'single values of one type'],
  ['round(price, 2)', money, 'half_even'],
  ['round(price, 2, "nearest")', money, 'half_even'],
  ['round(price, 99, "half_even")', money, 'up to 15'],
  ['name.matches(status)', yesno, 'with the pattern written out'],
  ['name.matches("(a")', yesno, 'RE2'],
  ['name.matches("(a)\\\\1")', yesno, 'RE2'],
  ['tags.exists(a, tags.exists(b, a == b))', yesno, 'cannot stand in one another'],
  ['name.exists(a, a == "x")', yesno, 'is no list'],
  ['tags.all(a, a)', yesno, 'takes a condition'],
  ['{"a": 1} == null', yesno, 'no maps'],
  ['b"x" == null', yesno, 'write a number'],
  ['1u == 1', yesno, 'write a number'],
  ['double(price) > 1.0', yesno, 'no function "double"'],
  ['timestamp(changed) > timestamp(ordered)', yesno, 'no function "timestamp"'],
  ['now() > ordered', yesno, 'no function "now"'],
  ['dyn(name) == 1', yesno, 'no function "dyn"'],
  ['price >', yesno, 'this is no CEL'],
  ['price > "', yesno, 'this is no CEL'],
  ['', yesno, 'is empty'],
  ['null', text, 'the expression is null'],
  ['1e2 == price', yesno, 'write a number such as 12.50'],
];

test.each(wrongs)('what is wrong is said, and what to do: %s', (words, result, told) => {
  expect(complaint(words, result)).toContain(told);
});

test('what is too long or too deep to be read safely is refused', () => {
  expect(complaint(`name == "${'x'.repeat(2000)}"`)).toContain('longer than 2000');
  expect(complaint(`${'('.repeat(500)}open${')'.repeat(500)}`)).toContain('too large');
  expect(complaint(`${'!'.repeat(1500)}open`)).toContain('nests deeper');
  expect(complaint(`${Array.from({ length: 300 }, () => '1').join('+')} == 300`)).toContain('nests deeper');
  expect(complaint(`1 in [${'1,'.repeat(900)}]`)).toContain('too large');
});

test('a pattern made to search for ever ends at once, and one too large for a text says so', () => {
  const started = performance.now();
  const bomb = compiled('name.matches("^(a+)+$")', yesno);
  expect(bomb.evaluate({ name: `${'a'.repeat(50_000)}b` })).toEqual({ kind: 'value', value: false });
  const large = compiled('name.matches("(a|b)*a(a|b){400}[cd]")', yesno);
  expect(large.evaluate({ name: 'ab'.repeat(400) })).toEqual({ kind: 'value', value: false });
  expect(large.evaluate({ name: 'ab'.repeat(40_000) })).toMatchObject({ kind: 'fault', words: expect.stringContaining('too long') });
  expect(performance.now() - started).toBeLessThan(3000);
});
