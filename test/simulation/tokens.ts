import type { FieldType, PolicySpec, Value } from '@concord/core';
import { amountMeant, itemsMeant, membersMeant, type Oracle } from '../kit/meant.ts';

/**
 * A field whose policy combines. Its users put in what nobody ever put in before, and take out what they see; some also take out, and put back, one
 * that everybody knows. What they meant is told without any number, and without the register.
 */
export interface Combined {
  readonly name: string;
  readonly type: FieldType;
  readonly policy: PolicySpec;
  /** What stands at first. */
  readonly base: Value;
  shows(value: Value, token: string): boolean;
  put(value: Value, token: string, place: number): Value;
  take(value: Value, token: string): Value;
  /** Takes out the one that everybody knows, or puts it back. */
  toggle?(value: Value): Value;
  /** What a value comes to, as the oracle tells it. */
  form(value: Value): Value;
  readonly oracle: Oracle;
  /** Who changes words beside each other's may be asked, rightly. */
  readonly mayAsk?: true;
}

interface Item {
  readonly k: string;
  readonly v: number;
}

const membersIn = (value: Value): readonly string[] => (typeof value === 'string' ? JSON.parse(value) : []);
const itemsIn = (value: Value): readonly Item[] => (typeof value === 'string' ? JSON.parse(value) : []);
const textOf = (all: readonly unknown[]): Value => (all.length === 0 ? null : JSON.stringify(all));

const BETWEEN = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
/** Behind which of them a token goes: not beside the one before it. */
const PLACES = [0, 8, 3, 6, 1, 5, 2, 7, 4];

const wordsIn = (value: Value): readonly string[] => (typeof value === 'string' && value !== '' ? value.split(' ') : []);

const keysIn = (value: Value): readonly string[] => itemsIn(value).map(({ k }) => k);
const sorted = (all: readonly string[]): Value => textOf(all.toSorted());

const tags: Combined = {
  name: 'tags',
  type: { kind: 'choices' },
  policy: { name: 'set', options: undefined },
  base: '["base"]',
  shows: (value, token) => membersIn(value).includes(token),
  put: (value, token) => sorted([...membersIn(value), token]),
  take: (value, token) => textOf(membersIn(value).filter((one) => one !== token)),
  toggle: (value) => (tags.shows(value, 'base') ? tags.take(value, 'base') : tags.put(value, 'base', 0)),
  form: (value) => value,
  oracle: membersMeant(membersIn),
};

const remark: Combined = {
  name: 'remark',
  type: { kind: 'text' },
  policy: { name: 'text', options: 'words' },
  base: BETWEEN.join(' '),
  shows: (value, token) => wordsIn(value).includes(token),
  put(value, token, place) {
    const words = wordsIn(value);
    const behind = PLACES[place % PLACES.length] ?? 0;
    const at = behind === 0 ? 0 : words.indexOf(BETWEEN[behind - 1] ?? '') + 1;
    return [...words.slice(0, at), token, ...words.slice(at)].join(' ');
  },
  take: (value, token) =>
    wordsIn(value)
      .filter((word) => word !== token)
      .join(' '),
  form: (value) => sorted(wordsIn(value)),
  oracle: membersMeant(wordsIn),
  mayAsk: true,
};

const lines: Combined = {
  name: 'lines',
  type: { kind: 'json' },
  policy: { name: 'items', options: { key: 'k' } },
  base: '[{"k":"base","v":0}]',
  shows: (value, token) => itemsIn(value).some(({ k }) => k === token),
  put(value, token, place) {
    const all = itemsIn(value);
    const at = place % (all.length + 1);
    return textOf([...all.slice(0, at), { k: token, v: place }, ...all.slice(at)]);
  },
  take: (value, token) => textOf(itemsIn(value).filter(({ k }) => k !== token)),
  toggle: (value) => (lines.shows(value, 'base') ? lines.take(value, 'base') : lines.put(value, 'base', 0)),
  form: (value) => JSON.stringify(keysIn(value).toSorted()),
  oracle: itemsMeant(keysIn, (keys) => JSON.stringify(keys), true),
};

/** A token is an amount. */
const count: Combined = {
  name: 'count',
  type: { kind: 'integer' },
  policy: { name: 'counter', options: undefined },
  base: 100,
  shows: () => true,
  put: (value, token) => Number(value) + Number(token),
  take: (value, token) => Number(value) - Number(token),
  form: (value) => value,
  oracle: amountMeant(),
};

/** In stories; their stock is a counter already. */
export const COMBINED: readonly Combined[] = [tags, remark, lines];
/** In small scopes. */
export const CROSSED: readonly Combined[] = [...COMBINED, count];
