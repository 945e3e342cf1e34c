import type { Binding, Json, JsonObject } from '@concord/core';
import type { ODataClient } from '../../shared/odata/client.ts';
import { literal, pathPredicate, query } from '../../shared/odata/literal.ts';
import { COMPANY } from './tables.ts';
import type { TableFacts } from './tables.ts';

/** An entity of one company and how to reach it. */
export interface Place {
  readonly client: ODataClient;
  readonly binding: Binding;
  readonly table: TableFacts;
  readonly company: string;
}

/** Without it only the user's own company is seen, by reads and writes alike. */
const EVERYWHERE = { 'cross-company': 'true' } as const;

/** Where the rows are; with a key predicate, where one row is. */
export function addressOf(
  { binding }: Place,
  predicate: string | undefined,
  options: Readonly<Record<string, string | undefined>> = {},
): string {
  const row = predicate === undefined ? '' : `(${pathPredicate(predicate)})`;
  return `data/${binding.set}${row}${query({ ...EVERYWHERE, ...options })}`;
}

/** A filter that always names the company, where the entity has one. `undefined`: nothing to filter by. */
export function filterOf(place: Place, ...conditions: readonly string[]): string | undefined {
  const company = hasCompany(place) ? [`${COMPANY} eq ${literal(place.company)}`] : [];
  const all = [...company, ...conditions];
  return all.length === 0 ? undefined : all.join(' and ');
}

/** The columns that a new row must carry for its company. */
export function companyOf(place: Place): JsonObject {
  return hasCompany(place) ? { [COMPANY]: place.company } : {};
}

function hasCompany({ table }: Place): boolean {
  return table.keys.includes(COMPANY);
}

/**
 * The canonical predicate of a row, such as `dataAreaId='abct',CustomerAccount='C-0001'`: key columns in one order, company ids in lower
 * case. `undefined` when a key column is not told.
 */
export function predicateOf(keys: readonly string[], columns: JsonObject): string | undefined {
  const pairs = keys.map((name) => pairOf(name, columns[name]));
  // A dimension that an entity does not use is an empty text in its key; a key of nothing but those names no row.
  const named = keys.some((name) => name !== COMPANY && columns[name] !== '');
  return !named || pairs.includes(undefined) ? undefined : pairs.join(',');
}

function pairOf(name: string, value: Json | undefined): string | undefined {
  if (typeof value === 'number') return `${name}=${value}`;
  if (typeof value !== 'string') return undefined;
  return `${name}=${literal(name === COMPANY ? value.toLowerCase() : value)}`;
}
