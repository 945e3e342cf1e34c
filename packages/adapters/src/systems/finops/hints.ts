import { keyOf } from '@concord/core';
import type { Binding, Hint, Json, JsonObject } from '@concord/core';
import { isList, isObject, member, objectsOf, textOf } from '../../shared/json/look.ts';
import { predicateOf } from './place.ts';
import { COMPANY } from './tables.ts';
import type { TableFacts } from './tables.ts';

const HINTS_MAX = 1000;

export interface HintFacts {
  readonly bindings: readonly Binding[];
  readonly company: string;
  readonly known: (binding: Binding) => TableFacts | undefined;
}

/**
 * What a data event or a business event points at. A data event carries the columns of a virtual table, `mserp_<column>` in lower case; a
 * business event its document numbers beside `LegalEntity`. Whose key columns are all among them is pointed at: another entity that
 * shares them costs one read. A body without columns points at every entity, one of another company at none.
 */
export function hintsIn(body: Json, facts: HintFacts): readonly Hint[] {
  if (isList(body)) return body.slice(0, HINTS_MAX).flatMap((item) => hintsIn(isList(item) ? null : item, facts));
  const columns = columnsIn(body);
  const company = columns.get(COMPANY.toLowerCase()) ?? columns.get('legalentity') ?? columns.get('businesseventlegalentity');
  if (typeof company === 'string' && company.toLowerCase() !== facts.company) return [];
  const everywhere = facts.bindings.map(({ entity }) => ({ entity }));
  if (columns.size === 0) return everywhere;
  const found = facts.bindings.flatMap((binding) => hintAt(binding, columns, facts));
  return found.length > 0 || textOf(body, 'PrimaryEntityName') !== undefined ? found : everywhere;
}

function hintAt(binding: Binding, columns: ReadonlyMap<string, Json>, facts: HintFacts): readonly Hint[] {
  const keys = facts.known(binding)?.keys;
  if (keys === undefined) return [{ entity: binding.entity }];
  const values = keys.map((name) => [name, name === COMPANY ? facts.company : (columns.get(name.toLowerCase()) ?? null)] as const);
  const predicate = predicateOf(keys, Object.fromEntries(values));
  return predicate === undefined ? [] : [{ entity: binding.entity, key: keyOf(predicate) }];
}

/** The columns that a body tells, by lower-case name; what a row was before is overlaid by what it is. */
function columnsIn(body: Json): ReadonlyMap<string, Json> {
  if (!isObject(body)) return new Map();
  if (textOf(body, 'BusinessEventId') !== undefined)
    return new Map(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
  const parameters = objectsOf(body, 'InputParameters').toSorted((a, b) => rank(a) - rank(b));
  const images = [...objectsOf(body, 'PreEntityImages'), ...parameters].flatMap((item) => objectsOf(member(item, 'value'), 'Attributes'));
  return new Map(images.flatMap((item) => columnOf(item)));
}

function rank(parameter: JsonObject): number {
  return textOf(parameter, 'key') === 'Target' ? 1 : 0;
}

function columnOf(item: JsonObject): readonly (readonly [string, Json])[] {
  const name = textOf(item, 'key');
  return name === undefined ? [] : [[name.toLowerCase().replace(/^mserp_/, ''), member(item, 'value') ?? null] as const];
}
