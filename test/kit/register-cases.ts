import { type FieldType, type register, type Value } from '@concord/core';
import fc from 'fast-check';
import { amountMeant, boundedMeant, chosen, asSeen, firstMeant, partsMeant, membersMeant, removalsMeant, type Oracle } from './meant.ts';
import { madeOf } from './policies.ts';
import { jsonCasesOf } from './register-json-cases.ts';
import { RULES, type Rules, type Trial } from './screens.ts';

/** A policy, what users make of what they see, and what comes of it, told without numbers. */
export interface Case {
  readonly name: string;
  readonly trial: Trial;
  /** First values, by system. */
  first(system: number): fc.Arbitrary<Value>;
  readonly oracle: Oracle;
  /** What of a value the oracle tells; left out: all. */
  readonly form?: (value: Value) => Value;
  /** Of so many systems that leave or are put back, it comes to the same as if they had always been there. Left out: of none. */
  readonly returning?: number;
  /** It may ask a person where the oracle, which knows nothing of places, would not. */
  readonly mayAsk?: true;
}

const SEASONS = ['a', 'b', 'c', 'd'];
const WORDS = ['red', 'blue', 'green', 'grey', null];

const toggle = (value: Value | undefined, choice: number): Value => {
  const has = new Set<string>(typeof value === 'string' ? JSON.parse(value) : []);
  const name = SEASONS[choice % SEASONS.length] ?? '';
  if (!has.delete(name)) has.add(name);
  return has.size === 0 ? null : JSON.stringify([...has].toSorted());
};
const seasons = fc.subarray(SEASONS).map((all): Value => (all.length === 0 ? null : JSON.stringify(all)));

function namesIn(value: Value): readonly string[] {
  const items: unknown = typeof value === 'string' ? JSON.parse(value) : [];
  return Array.isArray(items) ? items.map(String) : [];
}

function among(values: readonly Value[]): Trial['change'] {
  return (_value, choice) => values[choice % values.length] ?? null;
}

/** One of the values that wait, or what stands. */
function oneOf({ frontier, value }: register.Answer, choice: number): Value {
  return frontier[choice % Math.max(1, frontier.length)]?.value ?? value ?? null;
}

const SYSTEMS = ['s0', 's1', 's2', 's3'];

/** A policy of the registry over a register. */
export function over(rules: Rules, name: string, options: unknown, type: FieldType): register.RegisterPolicy {
  return rules.registerPolicyOf(madeOf(name, options, { type, systems: SYSTEMS }, rules.policies), { type });
}

function selecting(
  rules: Rules,
  name: string,
  options?: unknown,
  values: readonly Value[] = WORDS,
  type: FieldType = { kind: 'text' },
): Case {
  const policy = over(rules, name, options, type);
  return {
    name: options === undefined ? name : `${name} ${JSON.stringify(options)}`,
    trial: { policy, change: among(values), ruling: oneOf },
    first: () => fc.constantFrom(...values),
    oracle: chosen(policy),
  };
}

const sets = (rules: Rules, removals?: 'win'): register.RegisterPolicy => over(rules, 'set', removals && { removals }, { kind: 'choices' });

function seasonsOf(rules: Rules, removals?: 'win'): Case {
  return {
    name: removals ? 'set, removals win' : 'set',
    trial: { policy: sets(rules, removals), change: toggle, ruling: (_answer, choice) => toggle(null, choice) },
    first: () => seasons,
    oracle: removals ? removalsMeant(namesIn) : membersMeant(namesIn),
  };
}

/** Words (or items) that nobody ever writes a second time: it is told of each who put it in and who took it out. */
function edited(has: readonly string[], choice: number, serial: number): readonly string[] {
  const place = choice % (has.length + 1);
  const put = choice % 3 === 0 && has.length > 0 ? [] : [`w${serial}`];
  return choice % 4 === 1
    ? [...has.slice(0, place), ...put, ...has.slice(place)]
    : [...has.slice(0, place), ...put, ...has.slice(place + 1)];
}

const wordsIn = (value: Value): readonly string[] => (typeof value === 'string' && value !== '' ? value.split(' ') : []);
const asSet = (value: Value, split: (value: Value) => readonly string[]): Value => {
  const all = split(value).toSorted();
  return all.length === 0 ? null : JSON.stringify(all);
};

function versions(rules: Rules, name: string, type: FieldType): Case {
  const split = type.kind === 'text' ? wordsIn : namesIn;
  const join = (all: readonly string[]): Value => (all.length === 0 ? null : type.kind === 'text' ? all.join(' ') : JSON.stringify(all));
  return {
    name,
    trial: {
      policy: over(rules, name, undefined, type),
      change: (value, choice, serial) => join(edited(split(value ?? null), choice, serial)),
      ruling: (_answer, _choice, serial) => join([`r${serial}`]),
    },
    // Two systems that begin with the same items have one each, and no oracle could tell them apart.
    first: (system) => fc.nat(4).map((length) => join(Array.from({ length }, (_, index) => `f${system}${index}`))),
    oracle: membersMeant(split),
    form: (value) => asSet(value, split),
    mayAsk: true,
  };
}

/** A set of which nobody ever puts in a member that was there before, whoever put that in. */
function distinctSets(rules: Rules, removals?: 'win'): Case {
  const one = versions(rules, 'list', { kind: 'json' });
  return {
    ...one,
    name: removals ? 'set of distinct members, removals win' : 'set of distinct members',
    trial: {
      ...one.trial,
      policy: sets(rules, removals),
      change: (value, choice, serial) => asSet(one.trial.change(value, choice, serial), namesIn),
    },
    oracle: removals ? removalsMeant(namesIn) : membersMeant(namesIn),
    returning: removals ? 0 : 1,
  };
}

/** Several fields as one. */
function group(rules: Rules, name: string, options?: unknown): Case {
  const made = madeOf(name, options, { type: 'group', own: ['street', 'city'], systems: SYSTEMS }, rules.policies);
  const policy = rules.registerPolicyOf(made, { type: { kind: 'text' } });
  const values: readonly Value[] = [
    ['a', 1],
    ['a', 2],
    ['b', null],
    [null, null],
    [null, 2],
  ];
  const one = selecting(rules, 'latest', undefined, values);
  return { ...one, name: `group, ${name}`, trial: { ...one.trial, policy }, oracle: name === 'first' ? asSeen(policy) : chosen(policy) };
}

/** Conditions over other fields say which policy decides: then nothing closes before all of it does. */
function reading(rules: Rules, status: string): Case {
  const ways = [{ if: 'status == "Open"', then: 'set' }, { else: { freeze: { when: 'status == "Invoiced"', then: 'set' } } }];
  const made = madeOf('when', ways, { type: CHOICES, systems: SYSTEMS }, rules.policies);
  const policy = rules.registerPolicyOf(made, { type: CHOICES, fields: { status } });
  const one = seasonsOf(rules);
  return { ...one, name: `when status is ${status}`, trial: { ...one.trial, policy }, oracle: asSeen(policy) };
}

function nestedCases(rules: Rules): readonly Case[] {
  const [words, seasonal, whole] = [
    versions(rules, 'text', { kind: 'text' }),
    seasonsOf(rules),
    sums('counter', over(rules, 'counter', undefined, WHOLE), amountMeant()),
  ];
  return [
    nested(seasonal, rules, ['by-direction', { s1: 'latest', else: 'set' }], CHOICES),
    nested(seasonal, rules, ['by-direction', { s1: { set: { removals: 'win' } }, else: { owner: 's0' } }], CHOICES),
    nested(seasonal, rules, ['by-actor', { order: ['Ann'], then: 'set' }], CHOICES),
    nested(seasonal, rules, ['fill', { then: 'set' }], CHOICES),
    nested(seasonal, rules, ['during', { hours: [0, 12], then: 'set' }], CHOICES),
    nested(seasonal, rules, ['when', [{ if: 'field == null', then: { owner: 's0' } }, { else: 'set' }]], CHOICES),
    nested(whole, rules, ['by-direction', { s1: 'counter' }], WHOLE),
    nested(whole, rules, ['threshold', { amount: 3, then: 'counter' }], WHOLE),
    nested(whole, rules, ['chain', ['counter', 'latest']], WHOLE),
    nested(whole, rules, ['by-direction', { s1: 'first', else: 'counter' }], WHOLE),
    nested(words, rules, ['text', { fallback: 'latest' }], { kind: 'text' }),
    nested(words, rules, ['chain', ['text', { prefer: ['s1', 's0'] }]], { kind: 'text' }),
    nested(wordsOr(words), rules, ['freeze', { when: 'field == "red"', then: 'text' }], { kind: 'text' }),
    nested(wordsOr(words), rules, ['normalise', { case: true, then: 'text' }], { kind: 'text' }),
    nested(wordsOr(words), rules, ['append', { attribution: false, then: 'text' }], { kind: 'text' }),
  ];
}

const CHOICES: FieldType = { kind: 'choices' };
const WHOLE: FieldType = { kind: 'integer' };

function sums(name: string, policy: register.RegisterPolicy, oracle: Oracle): Case {
  const change: Trial['change'] = (value, choice) => (choice === 11 ? null : Number(value ?? 0) + choice - 5);
  return { name, trial: { policy, change, ruling: (_answer, choice) => choice }, first: () => fc.nat(2), oracle };
}

function reserve(rules: Rules): Case {
  const policy = over(rules, 'reserve', { s0: 20, s1: 15, s2: 10 }, WHOLE);
  return { ...sums('reserve', policy, asSeen(policy)), first: () => fc.constant(30) };
}

function sumOfParts(rules: Rules): Case {
  const one = sums('sum', over(rules, 'sum', undefined, WHOLE), partsMeant);
  return { ...one, trial: { ...one.trial, hasParts: true } };
}

const STEPS = { Active: ['Confirmed', 'Canceled'], Confirmed: ['Picked', 'Canceled'], Picked: ['Delivered', 'Confirmed'] };
const STATES = ['Active', 'Confirmed', 'Picked', 'Delivered', 'Canceled'];
const LADDER = { order: ['Active', 'Confirmed', 'Picked', 'Delivered'], until: { Canceled: 'Picked' } };
const WAYS = [
  ['Active', 'Confirmed', 'Delivered'],
  ['Active', 'Picked', 'Delivered'],
  ['Active', 'Canceled'],
];
const SPELLINGS = ['Red', 'red', ' red', 'blue', null];
const AMOUNTS = ['1.00', '1.10', '2.00', '20.00', null];
const MONEY: FieldType = { kind: 'decimal', scale: 2 };
const CHOICE: FieldType = { kind: 'choice' };
const NOTES = ['one', 'one\ntwo', 'one\nthree', 'two', null];

/** A policy that combines within one that chooses which policy decides, or that passes on some of the edits. */
function nested(one: Case, rules: Rules, [name, options]: readonly [string, unknown], type: FieldType): Case {
  const policy = over(rules, name, options, type);
  const { returning: _returning, mayAsk: _mayAsk, form: _form, ...rest } = one;
  return { ...rest, name: `${name} ${JSON.stringify(options)}`, trial: { ...one.trial, policy }, oracle: asSeen(policy) };
}

/** Of texts, most of the time one of a few. */
function wordsOr(one: Case): Case {
  const change: Trial['change'] = (value, choice, serial) => (choice < 2 ? 'red' : one.trial.change(value, choice, serial));
  return { ...one, trial: { ...one.trial, change } };
}

export const casesOf = (rules: Rules): readonly Case[] => [
  ...nestedCases(rules),
  ...jsonCasesOf(rules),
  group(rules, 'latest'),
  group(rules, 'most-complete'),
  group(rules, 'owner', 's0'),
  group(rules, 'first'),
  reading(rules, 'Open'),
  reading(rules, 'Invoiced'),
  selecting(rules, 'local'),
  selecting(rules, 'local', 's0'),
  selecting(rules, 'log', { newest: 'first' }, NOTES),
  seasonsOf(rules),
  seasonsOf(rules, 'win'),
  distinctSets(rules),
  distinctSets(rules, 'win'),
  selecting(rules, 'latest'),
  selecting(rules, 'latest', { within: '3ms', then: { prefer: ['s1'] } }),
  selecting(rules, 'majority'),
  selecting(rules, 'prefer', ['s1', 's0']),
  selecting(rules, 'by-actor', ['Ann']),
  selecting(rules, 'trust', { systems: { s0: 60, s1: { from: 90, to: 10, over: '20ms' } } }),
  selecting(rules, 'owner', 's0'),
  selecting(rules, 'immutable'),
  selecting(rules, 'fill'),
  selecting(rules, 'max', undefined, AMOUNTS, MONEY),
  selecting(rules, 'min', undefined, AMOUNTS, MONEY),
  selecting(rules, 'longest'),
  selecting(rules, 'not-empty'),
  selecting(rules, 'rank', LADDER, STATES, CHOICE),
  selecting(rules, 'lattice', WAYS, STATES, CHOICE),
  selecting(rules, 'states', { steps: STEPS }, STATES, CHOICE),
  selecting(rules, 'states', { steps: STEPS, then: 'latest' }, STATES, CHOICE),
  selecting(rules, 'threshold', { percent: 50 }, AMOUNTS, MONEY),
  selecting(rules, 'normalise', { trim: true, case: true }, SPELLINGS),
  selecting(rules, 'opaque', undefined, ['{"a":1}', '{"a":2}', '[]', null], { kind: 'json' }),
  selecting(rules, 'during', { hours: [0, 12], then: 'max' }),
  selecting(rules, 'by-direction', { s1: { owner: 's0' } }),
  selecting(rules, 'chain', [{ rank: LADDER }, 'manual'], STATES, CHOICE),
  selecting(rules, 'fork', { into: 'note', field: 'text', link: 'about' }),
  selecting(rules, 'manual'),
  selecting(rules, 'manual', { provisional: 'longest' }),
  selecting(rules, 'append', { attribution: false }, NOTES),
  selecting(rules, 'log', undefined, NOTES),
  { ...sums('counter', over(rules, 'counter', undefined, WHOLE), amountMeant()), returning: 1 },
  sums('counted', over(rules, 'counted', 's0', WHOLE), amountMeant('s0')),
  sums('bounded, clamp', over(rules, 'bounded', { floor: 0, ceiling: 8, onBreach: 'clamp' }, WHOLE), boundedMeant(0, 8, 'clamp')),
  sums('bounded, hold', over(rules, 'bounded', { floor: 0, ceiling: 8, onBreach: 'hold' }, WHOLE), boundedMeant(0, 8, 'hold')),
  sumOfParts(rules),
  reserve(rules),
  versions(rules, 'text', { kind: 'text' }),
  versions(rules, 'list', { kind: 'json' }),
  {
    ...selecting(rules, 'latest'),
    name: 'first',
    trial: { policy: over(rules, 'first', undefined, { kind: 'text' }), change: among(WORDS), ruling: oneOf },
    oracle: firstMeant,
  },
];

export const cases = casesOf(RULES);
