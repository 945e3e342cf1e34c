import type { Json } from '@concord/core';
import fc from 'fast-check';

const LONG_CHARS = 20_000;
const DEEP = 3_000;

/** Texts that JavaScript, JSON, SQL, URLs and Unicode are particular about. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '\u0000',
  'a\u0000b',
  '\uD800',
  '\uDC00x',
  '\uFEFF',
  '\u202E',
  '../../etc/passwd',
  '%00',
  '%',
  '"\'`;--',
  '${A}',
  '{{1}}',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9'.repeat(400),
  '0.1'.padEnd(400, '1'),
  '-99999-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  'x'.repeat(LONG_CHARS),
];

export const hostileTexts = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 12 }));

/** Values that nobody sends on purpose. */
export const hostileValues: fc.Arbitrary<Json> = fc.oneof(
  hostileTexts,
  fc.constantFrom<Json>(null, true, 0, -0, -1, 1.5, 1e308, 5e-324, 2 ** 31, 2 ** 53 + 2, -(2 ** 63), [], {}, [[]], [null], { a: 1 }),
  hostileTexts.map((name): Json => ownKey(name, 1)),
  fc.array(hostileTexts, { maxLength: 3 }),
  fc.constant(0).map(() => nested(20)),
);

/** An object that has even `__proto__` as a name of its own. */
function ownKey(name: string, value: Json): Json {
  const made: Json = JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  return made;
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** JSON text that no parser should be asked for, or that is none. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  hostileValues.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '[',
    '{"a":',
    '{"a":1',
    '"\\uD800"',
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"a":1,"a":2}',
    '1e999',
    '-',
    'nul',
    '\u0000',
    '\uFEFF{}',
    '['.repeat(DEEP),
    `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
    `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
    `"${'x'.repeat(LONG_CHARS)}"`,
    '9'.repeat(LONG_CHARS),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** A place in JSON, told by the way to it, and what is to stand there. */
interface Damage {
  readonly at: number;
  readonly by: Json;
  readonly how: 'replace' | 'drop' | 'add';
}

/** JSON that is right but for one place. */
export function damaged(whole: Json): fc.Arbitrary<Json> {
  const places = countIn(whole);
  return fc
    .record({ at: fc.nat(places - 1), by: hostileValues, how: fc.constantFrom('replace' as const, 'drop' as const, 'add' as const) })
    .map((damage) => damageAt(whole, damage, { left: damage.at }));
}

function countIn(json: Json): number {
  if (typeof json !== 'object' || json === null) return 1;
  return Object.values(json).reduce((sum: number, item: Json) => sum + countIn(item), 1);
}

function damageAt(json: Json, damage: Damage, walk: { left: number }): Json {
  if (walk.left === 0) {
    walk.left -= 1;
    return damagedHere(json, damage);
  }
  walk.left -= 1;
  if (typeof json !== 'object' || json === null) return json;
  if (isList(json)) return json.map((item) => damageAt(item, damage, walk));
  return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, damageAt(item, damage, walk)] as const));
}

function damagedHere(json: Json, { by, how }: Damage): Json {
  if (how === 'replace' || typeof json !== 'object' || json === null) return by;
  if (isList(json)) return how === 'drop' ? json.slice(1) : [...json, by];
  const entries = Object.entries(json);
  return Object.fromEntries(how === 'drop' ? entries.slice(1) : [...entries, ['unasked', by] as const]);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** Text that was cut, or into which something fell. */
export function torn(text: string): fc.Arbitrary<string> {
  return fc
    .record({ at: fc.nat(text.length), cut: fc.oneof(fc.nat(40), fc.constant(text.length)), put: fc.oneof(hostileTexts, fc.constant('')) })
    .map(({ at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut));
}
