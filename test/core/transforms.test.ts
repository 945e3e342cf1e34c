import { memory } from '@concord/adapters';
import {
  checkLenses,
  compileTable,
  compileTransform,
  entityName,
  keyOf,
  openInlets,
  passOutlets,
  policies,
  translateRow,
  version,
  type FieldType,
  type Json,
  type JsonObject,
  type References,
  type Side,
  type Table,
  type Transform,
} from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CE, FNO } from '../kit/tables.ts';

const { dialect } = memory({ id: FNO, bindings: [] });
const NOWHERE: References = { toRecord: () => undefined, toText: () => undefined, recordIn: () => undefined };

function compiled(text: string): Transform {
  const answer = compileTransform(text);
  if (answer.kind === 'wrong') throw new Error(`${text}: ${answer.words}`);
  return answer.transform;
}

function complaint(text: string): string {
  const answer = compileTransform(text);
  return answer.kind === 'wrong' ? answer.words : `compiled: ${text}`;
}

test.each<readonly [string, Json, JsonObject, Json]>([
  ['$uppercase($)', 'acme', {}, 'ACME'],
  ['$replace($, /[^0-9+]/, "")', '+49 (30) 12-34', {}, '+49301234'],
  ['$replace($, /(\\d+)-(\\d+)/, "$2/$1")', '12-34', {}, '34/12'],
  ['$split($, /, */)[0]', 'Smith,  John', {}, 'Smith'],
  ['$match($, /a(b)?/).match', 'xaby', {}, 'ab'],
  ['$contains($, /É/i)', 'é👩‍🔧', {}, true],
  ['$replace($, /👩‍🔧/, "x")', 'a👩‍🔧b', {}, 'axb'],
  ['$ & ", " & $row.First', 'Smith', { First: 'John' }, 'Smith, John'],
  ['$row."Last Name"', 'x', { 'Last Name': 'Smith' }, 'Smith'],
  ['$exists($row.None) ? 1 : 0', 'x', {}, 0],
  ['$lookup({"A": "Active"}, $)', 'B', {}, null],
  ['$toMillis($)', '2024-05-01T00:00:00Z', {}, 1_714_521_600_000],
  ['$fromMillis($ * 1000)', 1_714_521_600, {}, '2024-05-01T00:00:00.000Z'],
  ['$pad($, -5, "0")', '12', {}, '00012'],
  ['($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f($))', 5, {}, 120],
  ['{"x": $}', 1, {}, { x: 1 }],
])('%s', async (text, json, row, made) => {
  expect(await compiled(text).run(json, row)).toEqual({ json: made });
});

test.each([
  ['$now()', '$now reads the clock'],
  ['$millis()', '$millis reads the clock'],
  ['$random()', '$random draws lots'],
  ['$shuffle([1,2])', '$shuffle draws lots'],
  ['$eval("1")', '$eval runs what nobody has checked'],
  ['($f := $now; $f())', '$now reads the clock'],
  ['$map([1], $random)', '$random draws lots'],
  ['$ ~> $eval', '$eval runs'],
  ['[1..3].{"a": [$, {"b": $millis()}]}', '$millis reads the clock'],
  ['$row', 'write $row.Column'],
  ['$keys($row)', 'write $row.Column'],
  ['$row[0].x', 'write $row.Column'],
  ['$row.*', 'write $row.Column'],
  ['/(?=a)b/', 'patterns are those of RE2'],
  ['$match($, /(a)\\1/)', 'patterns are those of RE2'],
  ['$foo(', 'this is no JSONata'],
  ['', 'is empty'],
  [`"${'x'.repeat(2000)}"`, 'longer than 2000'],
])('what a transform may not do is said before it runs: %s', (text, told) => {
  expect(complaint(text)).toContain(told);
});

test('which other columns are read is told', () => {
  expect(compiled('$row.B & $row.A & $row.B.c').columns).toEqual(['A', 'B']);
});

/** Each would run for ever, or fill the memory, or search for longer than anybody lives. */
const bombs: readonly (readonly [string, Json])[] = [
  ['($f := function($x) { $f($x) }; $f(1))', 1],
  ['($f := function($x) { $f($x) + 1 }; $f(1))', 1],
  ['($f := function($s) { $f($s & $s) }; $f($))', 'x'],
  ['($f := function($s) { $f($append($s, $s)) }; $f([1]))', 1],
  ['[1..10000000]', 1],
  ['$map([1..1000], function($x) { $map([1..1000], function($y) { $x * $y }) })', 1],
  ['$pad("x", 500000000)', 1],
  ['$replace($, /x/, $)', 'x'.repeat(60_000)],
  ['$distinct($split($, ","))', Array.from({ length: 12_000 }, (_, number) => number).join(',')],
  ['$reduce([1..1000], function($a, $b) { $a & $a })', 1],
];

test.each(bombs)('ends by itself, with a fault and not with a bang: %s', async (text, json) => {
  const answer = compileTransform(text);
  const started = performance.now();
  const made = answer.kind === 'transform' ? await answer.transform.run(json, {}) : { fault: answer.words };
  expect(made).toHaveProperty('fault');
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a pattern made to search for ever answers at once', async () => {
  const started = performance.now();
  expect(await compiled('$contains($, /^(a+)+$/)').run(`${'a'.repeat(50_000)}b`, {})).toEqual({ json: false });
  expect(performance.now() - started).toBeLessThan(2000);
  const large = await compiled('$contains($, /(a|b)*a(a|b){400}[cd]/)').run('ab'.repeat(30_000), {});
  expect(large).toMatchObject({ fault: expect.stringContaining('too long for the pattern') });
});

test.each(['$.constructor', '$lookup($, "__proto__")', '__proto__', '$row.constructor.name', '$row.__proto__.x', '$keys($.constructor)'])(
  'nothing of JavaScript is within reach: %s',
  async (text) => {
    expect(await compiled(text).run({ a: 1 }, { b: 2 })).toEqual({ json: null });
  },
);

test('whatever is written, it compiles or is complained of; whatever the value is, it answers, twice the same', async () => {
  const pieces = fc.constantFrom(
    '$',
    '$row.A',
    '.',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    '"a"',
    '1',
    '+',
    '&',
    ':',
    ',',
    '?',
    '$string',
    '$number',
    '$sum',
    '/a+/',
    '^',
    '~>',
    '|',
    'null',
    ':=',
    'function($x){$x}',
    '%',
    '@$i',
    '#$i',
    '*',
    '**',
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(texts, fc.jsonValue({ maxDepth: 2 }), async (text, value) => {
      const answer = compileTransform(text);
      if (answer.kind === 'wrong') {
        expect(answer.words).not.toBe('');
        return;
      }
      const json: Json = JSON.parse(JSON.stringify(value));
      const made = await answer.transform.run(json, { A: json });
      expect(await answer.transform.run(json, { A: json })).toEqual(made);
      expect('fault' in made ? made.fault : JSON.stringify(made.json)).toBeTruthy();
    }),
    { numRuns: 300 * (Number(process.env['CONCORD_RUNS']) || 1) },
  );
});

function tableOf(type: FieldType, side: Side): Table {
  const name = entityName('line');
  const sides = { fno: { system: FNO, entity: name, set: 'x', columns: [], where: {}, constants: {} } };
  const plain = { name: 'number', type: { kind: 'text' }, sides: { fno: { column: 'No' } } } as const;
  const registers = [
    { name: 'number', fields: [plain] as const, policy: { name: 'latest', options: undefined } },
    { name: 'field', fields: [{ name: 'field', type, sides: { fno: side } }] as const, policy: { name: 'latest', options: undefined } },
  ];
  return compileTable({ entity: name, sides, key: ['number'], delete: 'update-wins', registers }, policies);
}

async function read(table: Table, columns: JsonObject) {
  const inlets = await openInlets(table, FNO, columns);
  return translateRow(table, FNO, { key: keyOf('1'), version: version('1'), columns }, dialect, NOWHERE, inlets);
}

test('a transform that throws makes its own field unreadable, and no other', async () => {
  const table = tableOf({ kind: 'text' }, { column: 'A', from: '$error("no such thing")', only: 'read' });
  const row = await read(table, { No: '7', A: 'x' });
  expect(row.values).toEqual(new Map([['number', '7']]));
  expect(row.unreadable).toEqual([{ register: 'field', words: 'A could not be transformed: no such thing' }]);
});

test('an empty column stays empty, and what was not told in whole is not told at all', async () => {
  const table = tableOf({ kind: 'text' }, { column: 'A', from: '$uppercase($) & $row.B', only: 'read' });
  expect((await read(table, { No: '7', A: null, B: 'b' })).values.get('field')).toBeNull();
  expect((await read(table, { No: '7', A: 'a', B: 'b' })).values.get('field')).toBe('Ab');
  expect((await read(table, { No: '7', A: 'a' })).values.has('field')).toBe(false);
  expect((await read(table, { No: '7', B: 'b' })).values.has('field')).toBe(false);
});

test('what "to" cannot write is not representable, and says why; empty is written as it is', async () => {
  const side = { column: 'A', write: 'a@bind', from: '$', to: '$ = "x" ? $error("not this") : $ = "y" ? null : $uppercase($)' };
  const pass = (json: Json) => passOutlets(tableOf({ kind: 'text' }, side), FNO, { kind: 'columns', columns: { 'a@bind': json, No: '7' } });
  expect(await pass('abc')).toEqual({ kind: 'columns', columns: { 'a@bind': 'ABC', No: '7' } });
  expect(await pass(null)).toEqual({ kind: 'columns', columns: { 'a@bind': null, No: '7' } });
  expect(await pass('x')).toMatchObject({ kind: 'not-representable', registers: { field: expect.stringContaining('not this') } });
  expect(await pass('y')).toMatchObject({ kind: 'not-representable', registers: { field: expect.stringContaining('makes it so') } });
});

test.each<readonly [FieldType, string, string, string | undefined]>([
  [{ kind: 'text' }, '$', '$', undefined],
  [{ kind: 'integer' }, '$ - 1', '$ + 1', '"to" cannot write "'],
  [{ kind: 'yesno' }, '$ = "Y"', '$ ? "Y" : "N"', undefined],
  [{ kind: 'text' }, '$substringAfter($, "A-")', '"A-" & $', undefined],
  [{ kind: 'text' }, '$', '$uppercase($)', '"from" makes'],
  [{ kind: 'text' }, '$trim($)', '$', ', and "from" makes "'],
  [{ kind: 'decimal', scale: 2 }, '$ / 100', '$ * 100', '"to" cannot write'],
  [{ kind: 'integer' }, '$', '$error("no")', '"to" cannot write'],
])('a value is sent there and back (%o, from %s, to %s)', async (type, from, to, told) => {
  const [fault, ...more] = await checkLenses(tableOf(type, { column: 'A', from, to }), { id: FNO, dialect });
  expect(more).toEqual([]);
  if (told === undefined) expect(fault).toBeUndefined();
  else expect(fault?.words).toContain(told);
  expect(await checkLenses(tableOf(type, { column: 'A', from, to, lossy: true }), { id: FNO, dialect })).toEqual([]);
  expect(await checkLenses(tableOf(type, { column: 'A', from, to }), { id: CE, dialect })).toEqual([]);
});
