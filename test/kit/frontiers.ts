import {
  actorIdFrom,
  canonicalJson,
  opId,
  sameValue,
  systemId,
  type Edit,
  type FieldType,
  type Scalar,
  type Conflict,
  type Value,
} from '@concord/core';
import fc from 'fast-check';

/** A policy as a configuration would have it, with the values that its field can hold. */
export interface PolicySample {
  readonly options?: unknown;
  readonly type: FieldType | 'group';
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

const MONEY: FieldType = { kind: 'decimal', scale: 2 };
const WHOLE: FieldType = { kind: 'integer' };
const CHOICE: FieldType = { kind: 'choice' };
const JSON_TEXT: FieldType = { kind: 'json' };
const money = orEmpty(fc.oneof(amounts, nearby));
const texts = orEmpty(anyText);
/** Small changes of one text, so that there is something to merge. */
const notes = orEmpty(fc.array(fc.constantFrom('one', 'two', 'three', 'ß 𝒳', ''), { maxLength: 4 }).map((lines) => lines.join('\n')));
const spellings = orEmpty(
  fc.constantFrom('Acme', 'acme ', ' ACME', 'Acme  Ltd', 'acme ltd', 'Acme\u0301', 'Acm\u00e9', 'Acme\u0301 ', '  '),
);

function jsonOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<Value> {
  return orEmpty(values.map((value): Value => canonicalJson(JSON.stringify(value)) ?? null).filter((value) => value !== 'null'));
}

const leaf = fc.constantFrom<unknown>('a', 'b', 1, 2.5, 9007199254740.25, true, null, [1], ['x', 'y'], { deep: 1 }, '__proto__');
const objects = fc.dictionary(
  fc.constantFrom('price', 'note', 'tags', 'inner', '__proto__', 'a/b'),
  fc.oneof(leaf, fc.record({ x: leaf, y: leaf })),
);
const lineOf = fc.record({
  id: fc.constantFrom<unknown>('L1', 'L2', 'L3', 1),
  qty: fc.integer({ min: 0, max: 3 }),
  text: fc.constantFrom('a', 'b'),
});
const keyed = fc.uniqueArray(lineOf, { selector: ({ id }) => id, maxLength: 4 });
const plainList = fc.array(fc.constantFrom<unknown>('a', 'b', 'c', 1, { k: 1 }), { maxLength: 5 });
const tuples = fc
  .array(orEmpty(fc.constantFrom<Value>('Elm Street', 'Leeds', 7)), { minLength: 3, maxLength: 3 })
  .map((all): Value => all.flat());
const STEPS = {
  Active: ['Confirmed', 'Canceled'],
  Confirmed: ['Picked', 'Canceled'],
  Picked: ['Delivered', 'Confirmed'],
  Lost: ['Active'],
};
const DIAMOND = [
  ['Active', 'Confirmed', 'Delivered'],
  ['Active', 'Picked', 'Delivered'],
  ['Active', 'Canceled'],
];

/** Every policy of the registry, by name; some more than once. */
export const samples: readonly (readonly [string, PolicySample])[] = [
  ['latest', { type: TEXT, values: texts }],
  ['latest', { options: { within: '1s', then: { prefer: 'ce' } }, type: TEXT, values: texts }],
  ['latest', { options: { within: '1ms', then: 'manual' }, type: MONEY, values: money }],
  ['first', { type: TEXT, values: texts }],
  ['majority', { type: TEXT, values: orEmpty(words) }],
  ['majority', { type: 'group', values: tuples }],
  ['prefer', { options: ['ce', 'fno'], type: TEXT, values: texts }],
  ['by-actor', { options: [['Ann', 'Ben'], 'svc-*'], type: TEXT, values: texts }],
  ['by-actor', { options: { order: ['*n'], then: { prefer: 'pos' } }, type: MONEY, values: money }],
  [
    'trust',
    {
      options: { systems: { fno: 80, ce: { from: 90, to: 20, over: '5d' }, pos: { from: 60, to: 61, over: '1s', curve: 'early' } } },
      type: TEXT,
      values: texts,
    },
  ],
  [
    'trust',
    {
      options: {
        systems: { fno: { from: 90, to: 20, over: '1ms', curve: 'late' }, ce: 50 },
        less: [
          { if: 'isEmpty(field)', percent: 60 },
          { if: 'closed', percent: 10 },
        ],
      },
      type: MONEY,
      values: money,
    },
  ],
  ['owner', { options: 'fno', type: MONEY, values: orEmpty(amounts) }],
  ['immutable', { type: TEXT, values: texts }],
  ['fill', { type: TEXT, values: texts }],
  ['fill', { options: { then: { prefer: ['ce'] } }, type: 'group', values: tuples }],
  ['freeze', { options: { when: 'closed || status == "Invoiced"' }, type: MONEY, values: money }],
  ['freeze', { options: { when: 'isEmpty(field) || field > dec("3.00")', then: 'counter' }, type: MONEY, values: money }],
  ['local', { options: 'ce', type: TEXT, values: texts }],
  ['local', { type: MONEY, values: money }],
  ['max', { type: MONEY, values: money }],
  ['max', { type: TEXT, values: texts }],
  ['min', { type: MONEY, values: money }],
  ['min', { type: WHOLE, values: orEmpty(counts) }],
  ['longest', { type: TEXT, values: texts }],
  ['most-complete', { type: 'group', values: tuples }],
  ['not-empty', { type: TEXT, values: texts }],
  ['not-empty', { options: { then: 'longest' }, type: TEXT, values: texts }],
  ['rank', { options: LADDER, type: CHOICE, values: orEmpty(steps) }],
  ['rank', { options: ['Active', 'Confirmed'], type: CHOICE, values: orEmpty(steps) }],
  ['lattice', { options: DIAMOND, type: CHOICE, values: orEmpty(steps) }],
  ['states', { options: { steps: STEPS }, type: CHOICE, values: orEmpty(steps) }],
  ['states', { options: { steps: STEPS, then: { prefer: 'fno' } }, type: CHOICE, values: orEmpty(steps) }],
  ['counter', { type: WHOLE, values: orEmpty(counts) }],
  ['counter', { type: MONEY, values: money }],
  ['counted', { options: 'fno', type: MONEY, values: money }],
  ['bounded', { options: { floor: 0 }, type: WHOLE, values: orEmpty(counts) }],
  ['bounded', { options: { floor: '-5', ceiling: '9007199254740992.02', onBreach: 'clamp' }, type: MONEY, values: money }],
  ['reserve', { options: { fno: 60, ce: 40 }, type: WHOLE, values: orEmpty(counts) }],
  ['sum', { type: WHOLE, values: orEmpty(counts) }],
  ['sum', { type: MONEY, values: money }],
  ['threshold', { options: { percent: 20 }, type: MONEY, values: money }],
  ['threshold', { options: { amount: '0.03', then: 'counter', beyond: { prefer: 'ce' } }, type: MONEY, values: money }],
  ['text', { type: TEXT, values: texts }],
  ['text', { options: 'lines', type: TEXT, values: notes }],
  ['text', { options: { unit: 'lines', fallback: 'latest' }, type: TEXT, values: notes }],
  ['append', { type: TEXT, values: notes }],
  ['append', { options: { attribution: false, then: 'latest' }, type: TEXT, values: notes }],
  ['log', { type: TEXT, values: notes }],
  ['log', { options: { entries: 'paragraphs', newest: 'first' }, type: TEXT, values: notes }],
  ['normalise', { options: { trim: true, spaces: true, case: true, empty: true }, type: TEXT, values: spellings }],
  ['fork', { options: { into: 'note', field: 'text', link: 'about' }, type: TEXT, values: texts }],
  ['fork', { options: { into: 'note', field: 'text', link: 'about', then: { owner: 'ce' } }, type: MONEY, values: money }],
  ['normalise', { options: { trim: true, then: 'manual' }, type: TEXT, values: spellings }],
  ['set', { type: { kind: 'choices' }, values: orEmpty(choices) }],
  ['set', { options: { removals: 'win' }, type: { kind: 'choices' }, values: orEmpty(choices) }],
  ['list', { type: JSON_TEXT, values: jsonOf(plainList) }],
  ['items', { options: { key: 'id' }, type: JSON_TEXT, values: jsonOf(keyed) }],
  [
    'items',
    { options: { key: 'id', paths: { '/qty': 'max', '/text': 'manual' }, delete: 'manual' }, type: JSON_TEXT, values: jsonOf(keyed) },
  ],
  ['json', { type: JSON_TEXT, values: jsonOf(fc.oneof(objects, leaf)) }],
  [
    'json',
    {
      options: {
        paths: { '/price': { owner: 'fno' }, '/tags': 'list', '/inner/*': { threshold: { percent: 5 } } },
        then: { prefer: 'ce' },
      },
      type: JSON_TEXT,
      values: jsonOf(objects),
    },
  ],
  ['opaque', { options: { then: { prefer: 'ce' } }, type: JSON_TEXT, values: jsonOf(objects) }],
  [
    'when',
    {
      options: [
        { if: 'status == "Open"', then: { owner: 'fno' } },
        { if: 'total > dec("1.00")', then: 'manual' },
      ],
      type: TEXT,
      values: texts,
    },
  ],
  ['when', { options: [{ if: 'closed', then: 'max' }, { else: 'counter' }], type: MONEY, values: money }],
  ['during', { options: { days: [1, -1], hours: [18, 6], then: { owner: 'fno' } }, type: TEXT, values: texts }],
  [
    'during',
    { options: { weekdays: ['Tue', 'Fri'], months: [11, 12], then: 'counter', else: 'max' }, type: WHOLE, values: orEmpty(counts) },
  ],
  ['by-direction', { options: { ce: { owner: 'fno' }, else: 'latest' }, type: TEXT, values: texts }],
  ['chain', { options: ['text', 'longest'], type: TEXT, values: notes }],
  ['chain', { options: [{ rank: LADDER }, 'manual'], type: CHOICE, values: orEmpty(steps) }],
  ['manual', { type: TEXT, values: texts }],
  ['manual', { options: { provisional: 'longest' }, type: TEXT, values: texts }],
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

/** What conditions may read. */
const fields = fc.option(
  fc.record<Record<string, Scalar>>(
    {
      status: fc.constantFrom<Scalar>('Open', 'Invoiced', null),
      total: fc.constantFrom<Scalar>('0.50', '99999999999999999999.01', null, 'no amount'),
      closed: fc.constantFrom<Scalar>(true, false, null),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

/** Edits of so many systems that knew nothing of one another, one each: births, equal values and equal stamps among them. */
export function conflicts(type: FieldType | 'group', values: fc.Arbitrary<Value>, systems: number): fc.Arbitrary<Conflict> {
  const authors = fc.shuffledSubarray(AUTHORS, { minLength: systems, maxLength: systems });
  const facts = fc.record(
    {
      value: values,
      on: values,
      ms: fc.constantFrom(...MOMENTS),
      count: fc.nat(1),
      counter: fc.integer({ min: 1, max: 3 }),
      by: fc.constantFrom('Ann', 'Ben', 'svc-sync', ''),
    },
    { requiredKeys: ['value', 'ms', 'count', 'counter'] },
  );
  const edits = fc
    .tuple(authors, fc.array(facts, { minLength: systems, maxLength: systems }))
    .map(([names, told]) => names.flatMap((system, index) => editsOf(system, told[index])));
  return fc
    .tuple(edits, fc.option(values, { nil: undefined }), fields)
    .filter(([all, base]) => base === undefined || all.every((edit) => !sameValue(edit.value, edit.on ?? base)))
    .map(([all, base, told]) => ({
      // Who saw nothing, brings a first value.
      edits: base === undefined ? all.map(({ on: _on, ...edit }) => edit) : all,
      type: type === 'group' ? { kind: 'text' } : type,
      ...(base === undefined ? {} : { base }),
      ...(told === undefined ? {} : { fields: told }),
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

/** The same edits, heard of in another order. */
export function shuffled({ edits, ...conflict }: Conflict): fc.Arbitrary<Conflict> {
  return fc.shuffledSubarray([...edits], { minLength: edits.length }).map((all) => ({ ...conflict, edits: all }));
}
