import type { Configuration, Named, Scalar, Values } from './api/client.ts';

/** A record's life is a field like any other, under a name that no column can have. */
export const LIFE = '$life';

/** `creditLimit` → `Credit limit`, `SO_line` → `So line`. */
export function spaced(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replaceAll(/([a-z\d])([A-Z])/gu, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function fieldWords(name: string): string {
  return name === LIFE ? 'The record itself' : spaced(name);
}

export function fieldsWords(names: readonly string[]): string {
  return listed(names.map((name, index) => (index === 0 ? fieldWords(name) : fieldWords(name).toLowerCase())));
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

const ADAPTERS: Readonly<Record<string, string>> = { finops: 'Finance & Operations', dataverse: 'Dataverse' };

export interface Systems {
  /** As people call it. */
  name(system: string): string;
  /** In the order of the configuration; so a system keeps its colour. */
  readonly ids: readonly string[];
}

/** Those who are no system of the configuration: Concord itself, and people. */
const OTHERS: Readonly<Record<string, string>> = { person: 'People', concord: 'Concord' };

export function systemsIn(configuration: Configuration | undefined): Systems {
  const told = configuration?.systems ?? {};
  return {
    ids: Object.keys(told),
    name(system) {
      const one = told[system];
      if (!one) return OTHERS[system] ?? system;
      return one.label ?? ADAPTERS[one.adapter] ?? system;
    },
  };
}

const DATE = /^\d{4}-\d\d-\d\d$/u;
const SHORT_CHARS = 60;

/** A value for people. What is long is cut where there is no room for it. */
export function valueWords(value: Scalar | undefined, room: 'short' | 'whole' = 'whole'): string {
  if (value === undefined || value === null || value === '') return 'empty';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (value === 'live') return 'Keep';
  if (value === 'deleted') return 'Deleted';
  if (DATE.test(value)) return new Date(`${value}T00:00:00`).toLocaleDateString(undefined, { dateStyle: 'medium' });
  const members = value.startsWith('[') ? membersIn(value) : undefined;
  if (members) return members.length === 0 ? 'none' : members.map(spacedSymbol).join(', ');
  if (room === 'whole') return spacedSymbol(value);
  const line = value.replaceAll(/\s+/gu, ' ').trim();
  return line.length > SHORT_CHARS ? `${line.slice(0, SHORT_CHARS).trimEnd()}…` : spacedSymbol(line);
}

/** A choice is told by a symbol: `PartiallyDelivered` → `Partially delivered`. Anything else stays as it is. */
function spacedSymbol(value: string): string {
  return /^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/u.test(value) ? spaced(value) : value;
}

/** Several choices at once are one text. */
export function membersIn(value: string): readonly string[] | undefined {
  try {
    const told: unknown = JSON.parse(value);
    return Array.isArray(told) && told.every((one) => typeof one === 'string') ? told : undefined;
  } catch {
    return undefined;
  }
}

/** Of a group, only what the sides do not agree on is worth reading. */
export function differingFields(fields: readonly string[], sides: readonly { readonly values: Values }[]): readonly string[] {
  const differing = fields.filter((field) => new Set(sides.map(({ values }) => JSON.stringify(values[field]))).size > 1);
  return differing.length > 0 ? differing : fields;
}

export function groupWords(values: Values, fields: readonly string[], room: 'short' | 'whole' = 'whole'): string {
  if (fields.length === 1) return valueWords(values[fields[0] ?? ''], room);
  return fields.map((field) => `${fieldWords(field)}: ${valueWords(values[field], room)}`).join(' · ');
}

/** What a record is called: its name first, then its number. */
export interface Title {
  readonly name: string;
  readonly number: string;
  /** What it is: `Sales order`. */
  readonly what: string;
}

export function titleOf(named: Named | undefined): Title {
  if (!named) return { name: '', number: '', what: '' };
  const entries = Object.entries(named.values).filter(([, value]) => value !== null && value !== '');
  const isName = (field: string): boolean => ['name', 'title', 'subject', 'description'].includes(field);
  const name = entries.find(([field]) => isName(field))?.[1];
  const number = entries
    .filter(([field]) => !isName(field))
    .map(([, value]) => String(value))
    .join(' · ');
  const of = named.of ? titleOf({ ...named.of, record: '' }) : undefined;
  const own = of && number !== '' ? `${of.number} line ${number}` : number;
  return { name: typeof name === 'string' ? name : '', number: own, what: spaced(named.entity) };
}

/** One line: what people would say on the telephone. */
export function titleWords(named: Named | undefined): string {
  const { name, number, what } = titleOf(named);
  if (what === '') return 'A record';
  return [name || what, number].filter(Boolean).join(' · ');
}

const GUID = /^[\da-f]{8}-[\da-f]{4}-/u;

/** Who edited: the person, where their system tells a name, and the system. */
export function authorWords(edit: { readonly system: string; readonly by?: string | undefined }, systems: Systems): string {
  const { system, by } = edit;
  if (system === 'person') return by ?? 'Somebody';
  if (by === undefined || GUID.test(by)) return `Somebody in ${systems.name(system)}`;
  return `${by} (${systems.name(system)})`;
}
