import { valueIn, type JsonObject, type RecordState, type Value } from '@concord/core';
import type { Carried } from './chronicle.ts';
import type { Deed } from './story.ts';
import { COMBINED, type Combined } from './tokens.ts';
import type { World } from './world.ts';

/** What people put into fields that are combined, and what they took out. */
export interface Combining {
  readonly puts: { readonly account: string; readonly column: string; readonly system: string; readonly token: string }[];
  readonly takes: { readonly account: string; readonly column: string; readonly token: string }[];
  /** Those that are under way, until somebody sees what the other one did. */
  readonly crossings: Crossing[];
}

interface Crossing {
  readonly deed: Extract<Deed, { readonly kind: 'cross' }>;
  readonly goOn: (deed: Deed) => void;
}

type Putting = Omit<Extract<Deed, { readonly kind: 'put' | 'replace' }>, 'kind'>;

export function isCombined(column: string): boolean {
  return fieldOf(column) !== undefined;
}

function fieldOf(column: string): Combined | undefined {
  return COMBINED.find(({ name }) => name === column);
}

function valueOf(columns: JsonObject, column: string): Value {
  const value = columns[column];
  return typeof value === 'string' ? value : null;
}

export function putInto({ combining }: World, { system, name, column, token }: Putting, seen: JsonObject): JsonObject | undefined {
  const field = fieldOf(column);
  if (!field) return undefined;
  const made = jsonOf(field.put(valueOf(seen, column), token, combining.puts.length));
  combining.puts.push({ account: name, column, system, token });
  return { [column]: made };
}

export function replaceIn(world: World, putting: Putting, seen: JsonObject): JsonObject | undefined {
  const { puts, takes } = world.combining;
  const { system, name, column } = putting;
  const [field, value] = [fieldOf(column), valueOf(seen, column)];
  const foreign = puts.findLast(
    (put) => put.account === name && put.column === column && put.system !== system && field?.shows(value, put.token),
  );
  if (!field || !foreign) return undefined;
  takes.push({ account: name, column, token: foreign.token });
  return putInto(world, putting, { [column]: jsonOf(field.take(value, foreign.token)) });
}

function jsonOf(value: Value): string | null {
  return typeof value === 'string' ? value : null;
}

/** Two put something in at once, and watch their screens. */
export function startCrossing({ combining }: World, deed: Crossing['deed'], goOn: Crossing['goOn']): void {
  combining.crossings.push({ deed, goOn });
  for (const system of deed.systems) goOn(nextOf(deed, system, 'first'));
}

const PRIME = 7919;
const FACTORS = { first: 1, instead: -3, more: 5 };

/** A sum has no members: what somebody adds is all that there is to it. Nobody adds the same twice, which could be taken for an echo. */
function nextOf(deed: Crossing['deed'], system: string, what: 'first' | 'instead' | 'more'): Deed {
  const { name, column, token, systems } = deed;
  if (!isCombined(column)) return { kind: 'add', system, name, amount: Number(token) * FACTORS[what] + PRIME * systems.indexOf(system) };
  const kind = what === 'instead' ? 'replace' : 'put';
  return { kind, system, name, column, token: what === 'first' ? `${token}${system}` : `${token}${system}2` };
}

/** A write of ours arrived: whoever sees the other's by now, while that one has not seen theirs, goes on, and so does the other. */
export function watchCrossings(world: World, arrivedIn: string, account: string): void {
  const { crossings } = world.combining;
  const met = crossings.filter(({ deed }) => deed.name === account && hasCrossed(world, deed, arrivedIn));
  for (const crossing of met) {
    const { deed, goOn } = crossing;
    crossings.splice(crossings.indexOf(crossing), 1);
    world.figures.crossings += 1;
    for (const system of deed.systems) goOn(nextOf(deed, system, system === arrivedIn ? 'instead' : 'more'));
  }
}

function hasCrossed({ systems }: World, { systems: both, name, column, token }: Crossing['deed'], arrivedIn: string): boolean {
  const other = both.find((system) => system !== arrivedIn);
  if (other === undefined || !both.includes(arrivedIn)) return false;
  if (!isCombined(column)) return true;
  const sees = (system: string, whose: string): boolean => {
    const columns = systems.get(system)?.rows.named(name)?.columns;
    return columns !== undefined && fieldOf(column)?.shows(valueOf(columns, column), `${token}${whose}`) === true;
  };
  return sees(arrivedIn, other) && !sees(other, arrivedIn);
}

/**
 * What somebody put in is there, unless somebody who saw it took it out: then it is not. Nothing is promised of a field that a person has ruled on, of a
 * record that was deleted, and where an engine cannot know what somebody had seen.
 */
export function checkCombined(world: World, records: readonly RecordState[], isSure: (upon: Carried) => boolean): void {
  const { story, chronicle } = world;
  if (!story.combined) return;
  for (const record of records) {
    const account = String(valueIn(record, 'account'));
    if (story.deeds.some((deed) => deed.kind === 'remove' && deed.name === account)) continue;
    if (records.some((other) => other !== record && valueIn(other, 'account') === account)) continue;
    for (const field of COMBINED) {
      const isRuled = chronicle.edits.some((edit) => edit.record === record.id && edit.register === field.name && edit.system === 'person');
      const typed = chronicle.typed.filter((entry) => entry.account === account && entry.column === field.name);
      if (!isRuled && !typed.some(({ upon }) => upon && !isSure(upon)))
        checkTokens(world, account, field, valueIn(record, field.name) ?? null);
    }
  }
}

function checkTokens({ combining, chronicle, figures }: World, account: string, { name, shows }: Combined, value: Value): void {
  const isIn = (one: { readonly account: string; readonly column: string }): boolean => one.account === account && one.column === name;
  const taken = new Set(combining.takes.filter(isIn).map(({ token }) => token));
  for (const { token } of combining.puts.filter(isIn)) {
    figures.tokens += 1;
    if (shows(value, token) !== taken.has(token)) continue;
    const what = taken.has(token) ? 'was taken out by somebody who saw it, and is back' : 'was put in and not taken out, and is lost';
    chronicle.breach(15, `${token} in ${name} of ${account} ${what}: ${String(value)}`);
  }
}
