import type { Operation } from '../wire/operation.ts';
import { wordsOf } from '../wire/json.ts';
import { parseKeyPredicate } from '../wire/key-predicate.ts';
import { fault, odataError, ok } from './errors.ts';
import type { Checked } from './errors.ts';
import { COMPANY, textOf } from './org.ts';
import type { Org, Stored, Table } from './org.ts';

/** Whether the request looks beyond the user's own company. */
export const crossCompany = (operation: Operation): boolean => operation.query.get('cross-company')?.toLowerCase() === 'true';

/** A row of another company is not there for a request that does not ask for all companies. */
function visible(org: Org, table: Table, stored: Stored, operation: Operation): boolean {
  if (crossCompany(operation) || !table.columns.has(COMPANY)) return true;
  return stored.row[COMPANY] === org.settings.company;
}

/** The row that the key names, `undefined` when there is none that the request may see. */
export function locate(org: Org, table: Table, predicate: string, operation: Operation): Checked<Stored | undefined> {
  const key = parseKeyPredicate(predicate);
  const names = table.keyColumns.map((column) => column.name);
  if (key === undefined) return fault(odataError(`The key '${predicate}' cannot be read.`));
  const given = key.kind === 'named' ? key.values : new Map(names.length === 1 ? [[names[0] ?? '', key.value]] : []);
  const known = names.filter((name) => given.has(name));
  if (known.length < names.length || given.size > names.length)
    return fault(odataError(`Only ${known.length} of ${names.length} keys provided for lookup, provide keys for ${names.join(',')}.`));
  const stored = table.rows.get(textOf(table.keyColumns, (name) => given.get(name)));
  return ok(stored !== undefined && visible(org, table, stored, operation) ? stored : undefined);
}

/** `SalesOrderHeadersV2(dataAreaId='abct',SalesOrderNumber='SO-000001')` */
export function resourceOf(table: Table, stored: Stored): string {
  const parts = table.keyColumns.map((column) => {
    const value = stored.row[column.name];
    return `${column.name}=${typeof value === 'string' && column.type !== 'guid' ? `'${value.replaceAll("'", "''")}'` : wordsOf(value)}`;
  });
  return `${table.schema.set}(${parts.join(',')})`;
}
