import type { register, Value } from '@concord/core';
import fc from 'fast-check';
import { asSeen, chosen, itemsMeant, placesMeant } from './meant.ts';
import { over, type Case } from './register-cases.ts';
import type { Rules, Trial } from './screens.ts';

type Members = Readonly<Record<string, unknown>>;

const JSON_TYPE = { kind: 'json' } as const;
const PLACES = ['a', 'b', 'c'];
const KEYS = ['p', 'q', 'r'];

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function read(value: Value | undefined): unknown {
  return typeof value === 'string' ? JSON.parse(value) : undefined;
}

/** One value, one text: members in the order of their names. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${text(member)}`).join(',')}}`;
}

function without(value: Members, name: string): Members {
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
}

function set(value: Members, name: string, choice: number): Members {
  return choice >= 9 && Object.hasOwn(value, name) ? without(value, name) : { ...value, [name]: choice % 4 };
}

/** Three members, each a register of its own. */
function flat(rules: Rules, then: string): Case {
  const policy = over(rules, 'json', { then }, JSON_TYPE);
  const member = over(rules, then, undefined, { kind: 'integer' });
  const change: Trial['change'] = (value, choice) => text(set(membersOf(read(value)), PLACES[choice % 3] ?? 'a', choice));
  return {
    name: `json {"then":"${then}"}`,
    trial: { policy, change, ruling: (_answer, choice) => text({ a: choice % 4, ...(choice % 2 === 0 ? { b: choice % 3 } : {}) }) },
    first: () => fc.subarray(PLACES).map((names) => text(Object.fromEntries(names.map((name) => [name, 1])))),
    oracle: placesMeant(chosen(member), (value) => membersOf(read(value))),
  };
}

/** Objects within objects that come, go, and become something else; a list; the whole emptied. */
function deep(rules: Rules): Case {
  const policy = over(rules, 'json', { paths: { '/l': 'list', '/o/w': 'text' }, then: 'latest' }, JSON_TYPE);
  const change: Trial['change'] = (value, choice, serial) => {
    const whole = membersOf(read(value));
    const inner = membersOf(whole['o']);
    const list = Array.isArray(whole['l']) ? whole['l'] : [];
    const letter = `i${serial % 4}`;
    const words = typeof inner['w'] === 'string' ? inner['w'] : 'one two three four';
    if (choice === 11) return null;
    if (choice >= 9) return text({ ...whole, l: list.includes(letter) ? list.filter((item) => item !== letter) : [...list, letter] });
    if (choice === 8) return text({ ...whole, o: serial % 2 });
    if (choice === 7) return text(without(whole, 'o'));
    if (choice >= 5) return text({ ...whole, o: { ...inner, w: words.replace(/\S+/u, `w${serial % 5}`) } });
    return text(choice < 2 ? set(whole, 'a', serial % 12) : { ...whole, o: set(inner, choice % 2 === 0 ? 'x' : 'y', serial % 12) });
  };
  return {
    name: 'json with places',
    trial: { policy, change, ruling: (_answer, choice) => (choice === 0 ? null : text({ a: choice, o: { x: choice } })) },
    first: () => fc.constantFrom('{"a":1,"o":{"w":"one two three","x":1}}', '{"l":["i1"],"o":{"y":2}}', '{}', null),
    oracle: asSeen(policy),
  };
}

interface Item {
  readonly k: string;
  readonly [name: string]: unknown;
}

function itemsIn(value: Value | undefined): readonly Item[] {
  const list = read(value);
  return Array.isArray(list) ? list : [];
}

function keysIn(value: Value): readonly string[] {
  return itemsIn(value).map(({ k }) => k);
}

const changeItems: Trial['change'] = (value, choice, serial) => {
  const list = itemsIn(value);
  const key = KEYS[choice % 3] ?? 'p';
  const found = list.find(({ k }) => k === key);
  const others = list.filter(({ k }) => k !== key);
  const way = serial % 4;
  if (!found) return text([...others, { k: key, n: serial % 5 }]);
  if (way === 0) return others.length === 0 ? null : text(others);
  if (way === 1) return text([found, ...others]);
  return text(list.map((item) => (item === found ? { ...item, [way === 2 ? 'n' : 'c']: serial % 5 } : item)));
};

type Deletes = 'delete-wins' | 'update-wins' | 'manual';

function items(rules: Rules, deletes: Deletes, isPresence: boolean): Case {
  const policy = over(rules, 'items', { key: 'k', delete: deletes }, JSON_TYPE);
  const keys = (value: Value): Value => text(keysIn(value).toSorted());
  return {
    name: `items, ${deletes}${isPresence ? ', which of them' : ''}`,
    trial: { policy, change: changeItems, ruling: (_answer: register.Answer, choice) => text([{ k: KEYS[choice % 3] ?? 'p', n: choice }]) },
    first: () => fc.subarray(KEYS).map((all) => (all.length === 0 ? null : text(all.map((k) => ({ k, n: 1 }))))),
    ...(isPresence ? { oracle: itemsMeant(keysIn, text, deletes !== 'delete-wins'), form: keys } : { oracle: asSeen(policy) }),
  };
}

export const jsonCasesOf = (rules: Rules): readonly Case[] => [
  flat(rules, 'latest'),
  flat(rules, 'immutable'),
  flat(rules, 'manual'),
  deep(rules),
  items(rules, 'update-wins', true),
  items(rules, 'delete-wins', true),
  items(rules, 'update-wins', false),
  items(rules, 'delete-wins', false),
  items(rules, 'manual', false),
];
