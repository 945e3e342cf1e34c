import type { Configuration, Conflict, Edit, RecordTold, Scalar, Values, View } from '../api/client.ts';
import { LIFE, membersIn } from '../words.ts';

/** What a person may choose. */
export type Choice =
  | { readonly kind: 'side'; readonly system: string; readonly values: Values; readonly edits: readonly Edit[] }
  /** A value that no side has: both taken together, or typed; or whether the record lives, with the edits that speak for it. */
  | { readonly kind: 'values'; readonly values: Values; readonly edits?: readonly Edit[] }
  | { readonly kind: 'join'; readonly record: string }
  | { readonly kind: 'apart' }
  | { readonly kind: 'row'; readonly key: string };

/** The choices that a conflict offers, in the order of their numbers; without the value that may be typed. */
export function choicesOf(conflict: Conflict): readonly Choice[] {
  const { choices = [], about } = conflict;
  if (about !== undefined) return choices.flatMap(questionChoice);
  if (conflict.fields.includes(LIFE)) return ['deleted', 'live'].map((life) => lifeChoice(conflict, life));
  const sides: Choice[] = [];
  for (const edit of inTime(conflict.sides)) {
    const same = sides.find((one) => one.kind === 'side' && sameValues(one.values, edit.values));
    if (same) continue;
    const edits = inTime(conflict.sides).filter((other) => sameValues(other.values, edit.values));
    sides.push({ kind: 'side', system: edit.system, values: edit.values, edits });
  }
  const both = bothOf(conflict);
  return both ? [...sides, { kind: 'values', values: both }] : sides;
}

/** In the order in which they were made. */
export function inTime(edits: readonly Edit[]): readonly Edit[] {
  return edits.toSorted((a, b) => a.at.localeCompare(b.at));
}

/** Of a deletion, the other side is whoever went on editing. */
function lifeChoice({ sides }: Conflict, life: string): Choice {
  const edits = inTime(sides).filter(({ values }) => (values[LIFE] === 'deleted') === (life === 'deleted'));
  return { kind: 'values', values: { [LIFE]: life }, edits };
}

function questionChoice(words: string): readonly Choice[] {
  const [kind = '', ...rest] = words.split(': ');
  const what = rest.join(': ');
  if (kind === 'join') return [{ kind: 'join', record: what }];
  if (kind === 'row') return [{ kind: 'row', key: what }];
  return kind === 'apart' ? [{ kind: 'apart' }] : [];
}

export function sameValues(a: Values, b: Values): boolean {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.every((name) => (a[name] ?? null) === (b[name] ?? null));
}

/** Both sides together, where that makes sense: several choices at once, or texts of which neither holds the other. */
function bothOf({ fields, sides }: Conflict): Values | undefined {
  const [field] = fields;
  if (fields.length !== 1 || field === undefined || field === LIFE) return undefined;
  const told = [
    ...new Set(sides.flatMap(({ values }) => (typeof values[field] === 'string' && values[field] !== '' ? [values[field]] : []))),
  ];
  if (told.length < 2) return undefined;
  const sets = told.map(membersIn);
  if (sets.every((set) => set !== undefined)) return { [field]: JSON.stringify([...new Set(sets.flat())].toSorted()) };
  const areTexts = told.every((text) => text.trim().includes(' ') || text.includes('\n'));
  return areTexts ? { [field]: [...new Set(told.flatMap((text) => text.split('\n')))].join('\n') } : undefined;
}

/** The body of the request that decides so. */
export function bodyOf(choice: Choice): object {
  switch (choice.kind) {
    case 'side':
      return { side: choice.system };
    case 'values':
      return { values: choice.values };
    case 'join':
      return { join: choice.record };
    case 'apart':
      return { apart: true };
    case 'row':
      return { row: choice.key };
  }
}

/** What a choice does to one system. */
export interface Effect {
  readonly system: string;
  /** `changes`: it is written. `stays`: it holds that already. `readonly`: Concord writes nothing there. `absent`: it has no such record. */
  readonly kind: 'changes' | 'stays' | 'readonly' | 'absent';
  readonly from?: Values;
  readonly to: Values;
}

export interface Known {
  readonly record: RecordTold;
  readonly views: ReadonlyMap<string, View>;
  readonly configuration: Configuration;
}

/** What a choice about fields would do to every system, by what each is known to hold now. */
export function effectsOf(conflict: Conflict, to: Values, { record, views, configuration }: Known): readonly Effect[] {
  const table = configuration.entities[conflict.entity];
  const written = conflict.fields.filter((field) => field !== LIFE);
  return Object.entries(record.systems).flatMap(([system, link]): readonly Effect[] => {
    if (conflict.fields.includes(LIFE)) return [lifeEffect(system, link.state, to)];
    const own = written.filter((field) => table?.fields[field]?.systems[system] !== undefined);
    if (own.length === 0) return [];
    if (link.state !== 'present') return [{ system, kind: 'absent', to }];
    const told = views.get(system)?.fields ?? [];
    const from = Object.fromEntries(own.map((field): [string, Scalar] => [field, told.find((one) => one.field === field)?.holds ?? null]));
    const wanted = Object.fromEntries(own.map((field): [string, Scalar] => [field, to[field] ?? null]));
    if (sameValues(from, wanted)) return [{ system, kind: 'stays', from, to: wanted }];
    const isReadOnly = own.every(
      (field) => table?.systems[system]?.only === 'read' || table?.fields[field]?.systems[system]?.only === 'read',
    );
    return [{ system, kind: isReadOnly ? 'readonly' : 'changes', from, to: wanted }];
  });
}

function lifeEffect(system: string, state: string, to: Values): Effect {
  const isThere = state === 'present';
  const stays = isThere === (to[LIFE] === 'live');
  return { system, kind: stays ? 'stays' : 'changes', from: { [LIFE]: isThere ? 'live' : 'deleted' }, to };
}
