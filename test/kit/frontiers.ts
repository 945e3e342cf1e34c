import { actorIdFrom, opId, systemId, type Edit, type FieldType, type Value, type View } from '@concord/core';
import fc from 'fast-check';

/** A policy as a configuration would have it, with the values that its field can hold. */
export interface PolicySample {
  readonly options?: unknown;
  readonly type: FieldType;
  readonly values: fc.Arbitrary<Value>;
}

const TEXT: FieldType = { kind: 'text' };
const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'ß', '𝒳', '👩‍🔧', 'e\u0301', '"', '\\'), minLength: 1, maxLength: 12 });
const anyText = fc.oneof(
  words,
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', 'null', '[]', '0'),
);
/** Amounts that a double cannot tell apart: 9007199254740992.01 and 9007199254740992.02 among them. */
const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(decimalOfCents);
const nearby = fc.bigInt({ min: 900_719_925_474_099_200n, max: 900_719_925_474_099_205n }).map(decimalOfCents);
const counts = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(2 ** 31 - 1, -(2 ** 31 - 1), '2147483648', '98765432109876543210'),
);
const choices = fc
  .subarray(['Autumn', 'Spring', 'Summer', 'Winter', 'Übergang'], { minLength: 1 })
  .map((items) => JSON.stringify(items.toSorted()));
const steps = fc.constantFrom('Active', 'Confirmed', 'Picked', 'Delivered', 'Canceled', 'Lost', 'Unheard of');
const LADDER = { order: ['Active', 'Confirmed', 'Picked', 'Delivered'], until: { Canceled: 'Picked', Lost: 'Active' } };

/** Every policy of the registry, by name; some more than once. */
export const samples: readonly (readonly [string, PolicySample])[] = [
  ['latest', { type: TEXT, values: orEmpty(anyText) }],
  ['prefer', { options: ['ce', 'fno'], type: TEXT, values: orEmpty(anyText) }],
  ['owner', { options: 'fno', type: { kind: 'decimal', scale: 2 }, values: orEmpty(amounts) }],
  ['immutable', { type: TEXT, values: orEmpty(anyText) }],
  ['max', { type: { kind: 'decimal', scale: 2 }, values: orEmpty(fc.oneof(amounts, nearby)) }],
  ['max', { type: TEXT, values: orEmpty(anyText) }],
  ['min', { type: { kind: 'decimal', scale: 2 }, values: orEmpty(fc.oneof(amounts, nearby)) }],
  ['min', { type: { kind: 'integer' }, values: orEmpty(counts) }],
  ['rank', { options: LADDER, type: { kind: 'choice' }, values: orEmpty(steps) }],
  ['rank', { options: ['Active', 'Confirmed'], type: { kind: 'choice' }, values: orEmpty(steps) }],
  ['counter', { type: { kind: 'integer' }, values: orEmpty(counts) }],
  ['counter', { type: { kind: 'decimal', scale: 2 }, values: orEmpty(fc.oneof(amounts, nearby)) }],
  ['set', { type: { kind: 'choices' }, values: orEmpty(choices) }],
  ['text', { type: TEXT, values: orEmpty(anyText) }],
  ['text', { options: 'lines', type: TEXT, values: orEmpty(anyText) }],
  ['manual', { type: TEXT, values: orEmpty(anyText) }],
];

function orEmpty(values: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 6, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) });
}

/** Exactly two digits after the point, without a double in between. */
function decimalOfCents(cents: bigint): string {
  const [sign, digits] = [cents < 0n ? '-' : '', String(cents < 0n ? -cents : cents).padStart(3, '0')];
  return `${cents === 0n ? '' : sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Values of every kind, whatever the field's type says: what comes of a map that was changed under a record. */
export const strangeValues: fc.Arbitrary<Value> = fc.oneof(
  anyText,
  amounts,
  counts,
  choices,
  fc.constantFrom<Value>(null, true, false, '', '[', '["a",1]', '{"a":1}', '1e5', 'NaN', '-0', '٣', [null, null], ['x', 1], []),
);

const AUTHORS = ['ce', 'erp', 'fno', 'person', 'pos'].map(systemId);
// Few different times, so that equal stamps are the rule; and the first and last instants that a date can be written with.
const MOMENTS = [0, 1_700_000_000_000, 1_700_000_000_001, 253_402_300_799_999];

/** Frontiers of so many systems, each with one edit: births, equal values and equal stamps among them. */
export function views(type: FieldType, values: fc.Arbitrary<Value>, systems: number): fc.Arbitrary<View> {
  const authors = fc.shuffledSubarray(AUTHORS, { minLength: systems, maxLength: systems });
  const facts = fc.record(
    {
      value: values,
      on: values,
      ms: fc.constantFrom(...MOMENTS),
      count: fc.nat(1),
      counter: fc.integer({ min: 1, max: 3 }),
      by: fc.constant('Ann'),
    },
    { requiredKeys: ['value', 'ms', 'count', 'counter'] },
  );
  const frontier = fc
    .tuple(authors, fc.array(facts, { minLength: systems, maxLength: systems }))
    .map(([names, told]) => names.flatMap((system, index) => editsOf(system, told[index])));
  return fc.tuple(frontier, fc.option(values, { nil: undefined }), fc.option(values, { nil: undefined })).map(([edits, base, beneath]) => ({
    frontier: edits,
    type,
    ...(base === undefined ? {} : { base }),
    ...(beneath === undefined ? {} : { beneath }),
  }));
}

interface Facts {
  readonly value: Value;
  readonly on?: Value;
  readonly ms: number;
  readonly count: number;
  readonly counter: number;
  readonly by?: string;
}

function editsOf(system: Edit['system'], facts: Facts | undefined): readonly Edit[] {
  if (!facts) return [];
  const { value, on, ms, count, counter, by } = facts;
  const op = opId(counter, actorIdFrom(Buffer.from(`system:${system}`).toString('hex')));
  const seen = { ...(on === undefined ? {} : { on }), ...(by === undefined ? {} : { by }) };
  return [{ op, system, value, saw: on === undefined ? 0 : 1, number: 2, stamp: { ms, count, system }, ...seen }];
}

/** The same edits in another order, some of them twice. */
export function repeated(view: View): fc.Arbitrary<View> {
  const { frontier } = view;
  return fc
    .tuple(fc.shuffledSubarray([...frontier], { minLength: frontier.length }), fc.shuffledSubarray([...frontier]))
    .map(([all, again]) => ({ ...view, frontier: [...all, ...again] }));
}
