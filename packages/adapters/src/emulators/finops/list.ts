import type { JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import { compileFilter, compileOrder, lowerBound } from '../wire/filter.ts';
import type { Reader, Readers } from '../wire/filter.ts';
import type { Expression } from '../wire/filter-syntax.ts';
import type { Operation } from '../wire/operation.ts';
import type { ColumnType } from '../wire/schema.ts';
import { crossCompany } from './address.ts';
import { odataError, unknownProperty } from './errors.ts';
import { firstIndex, keptList } from './kept-list.ts';
import type { Order } from './kept-list.ts';
import { COMPANY, etagOf } from './org.ts';
import type { Org, Stored, Table } from './org.ts';

const ASKED_MAX = 8;

/** Answers `GET /data/CustomersV3`: a page, with the link to the next. */
export function answerList(org: Org, table: Table, operation: Operation): Answer {
  const columns = selected(table, operation.query.get('$select'));
  if (typeof columns === 'string') return unknownProperty(table.schema, columns);
  const rows = matching(org, table, operation);
  if ('status' in rows) return rows;
  const bounds = boundsOf(operation);
  if (bounds === undefined) return odataError('$top, $skip and $skiptoken take whole numbers.');
  // In its own order a listing goes on behind the last row it told, so that deletions between pages shift nothing.
  const ordered = operation.query.has('$orderby');
  const from = bounds.token === undefined ? bounds.skip : ordered ? bounds.token : firstAfter(rows, bounds.token);
  const size = Math.min(bounds.top, org.settings.pageRowsMax);
  const shown = rows.slice(from, from + size);
  const left = bounds.top - shown.length;
  const more = from + shown.length < rows.length && left > 0;
  return jsonAnswer(200, {
    '@odata.context': `${operation.origin}/data/$metadata#${table.schema.set}`,
    ...(operation.query.get('$count') === 'true' && { '@odata.count': rows.length }),
    value: shown.map((stored) => renderRow(stored, columns)),
    ...(more && { '@odata.nextLink': nextLink(table, operation, ordered ? from + shown.length : (shown.at(-1)?.ordinal ?? 0), left) }),
  });
}

function firstAfter(rows: readonly Stored[], ordinal: number): number {
  return firstIndex(rows, (stored) => stored.ordinal > ordinal);
}

/** Answers `GET /data/CustomersV3/$count`. */
export function answerCount(org: Org, table: Table, operation: Operation): Answer {
  const rows = matching(org, table, operation);
  return 'status' in rows ? rows : { status: 200, headers: { 'Content-Type': 'text/plain' }, body: String(rows.length) };
}

export function renderRow(stored: Stored, columns: readonly string[]): JsonObject {
  const told: Record<string, JsonObject[string]> = { '@odata.etag': etagOf(stored) };
  for (const name of columns) told[name] = stored.row[name] ?? '';
  return told;
}

/** The columns of `$select`, or the name of one that there is not. */
export function selected(table: Table, select: string | undefined): readonly string[] | string {
  if (select === undefined || select.trim() === '' || select.trim() === '*') return [...table.columns.keys()];
  const names = select.split(',').map((name) => name.trim());
  return names.find((name) => !table.columns.has(name)) ?? names;
}

function matching(org: Org, table: Table, operation: Operation): readonly Stored[] | Answer {
  const readers = readersOf(table);
  const test = compileFilter(operation.query.get('$filter'), readers, (expression) => enumMisuse(table, expression));
  if (test.kind === 'fault') return test.column === undefined ? odataError(test.words) : unknownProperty(table.schema, test.column);
  const order = compileOrder(operation.query.get('$orderby'), readers);
  if (order.kind === 'fault') return unknownProperty(table.schema, order.column ?? '');
  const compare = order.run;
  const inOrder: Order = compare && ((a, b) => compare(a.row, b.row));
  const [filter, orderBy] = [operation.query.get('$filter'), operation.query.get('$orderby')];
  const whose = crossCompany(operation) || !table.columns.has(COMPANY) ? undefined : org.settings.company;
  const belongs = ({ row }: Stored): boolean => (whose === undefined || row[COMPANY] === whose) && test.run(row);
  // What is asked for by a time that moves on with each request is asked for once.
  const bound = orderBy === undefined ? undefined : lowerBound(filter, /^[^\s,]*(?=\s*(?:,|$))/.exec(orderBy)?.[0] ?? '', readers);
  if (bound === undefined) return asked(table, [filter, orderBy, whose], belongs, inOrder);
  const all = asked(table, [undefined, orderBy, undefined], () => true, inOrder);
  return all.slice(firstIndex(all, ({ row }) => bound(row))).filter(belongs);
}

function asked(
  table: Table,
  words: readonly (string | undefined)[],
  belongs: (stored: Stored) => boolean,
  order: Order,
): readonly Stored[] {
  const name = JSON.stringify(words);
  const list = table.asked.get(name) ?? keptList([...table.rows.values()].filter(belongs), belongs, order);
  table.asked.delete(name);
  const [oldest] = table.asked.keys();
  if (oldest !== undefined && table.asked.size >= ASKED_MAX) table.asked.delete(oldest);
  table.asked.set(name, list);
  return list.rows;
}

/** Enumerations are compared with literals of their own type, for equality only. */
function enumMisuse(table: Table, expression: Expression): string | undefined {
  if (expression.kind === 'not') return enumMisuse(table, expression.of);
  if (expression.kind === 'and' || expression.kind === 'or')
    return enumMisuse(table, expression.left) ?? enumMisuse(table, expression.right);
  if (expression.kind !== 'compare' || expression.left.kind !== 'column') return undefined;
  const column = table.columns.get(expression.left.path);
  if (column === undefined || (column.type !== 'enum' && column.type !== 'yesno')) return undefined;
  const type = `Microsoft.Dynamics.DataEntities.${column.enumName ?? 'NoYes'}`;
  const typed = expression.right.kind === 'literal' && expression.right.type === 'enum';
  if (!typed)
    return `A binary operator with incompatible types was detected. Found operand types '${type}' and 'Edm.String' for operator kind 'Equal'.`;
  return expression.operator === 'eq' || expression.operator === 'ne' ? undefined : `Only eq and ne can be used with '${type}'.`;
}

interface Bounds {
  readonly top: number;
  readonly skip: number;
  readonly token?: number;
}

function boundsOf(operation: Operation): Bounds | undefined {
  const numbers = ['$top', '$skip', '$skiptoken'].map((name) => operation.query.get(name));
  if (numbers.some((text) => text !== undefined && !/^\d+$/.test(text))) return undefined;
  const [top, skip, token] = numbers.map((text) => (text === undefined ? undefined : Number(text)));
  return { top: top ?? Infinity, skip: skip ?? 0, ...(token !== undefined && { token }) };
}

function nextLink(table: Table, operation: Operation, from: number, left: number): string {
  const query = new Map([...operation.query].filter(([name]) => name !== '$skip'));
  query.set('$skiptoken', String(from));
  if (left !== Infinity) query.set('$top', String(left));
  const options = [...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${operation.origin}/data/${table.schema.set}?${options.join('&')}`;
}

function readersOf(table: Table): Readers {
  return (path) => {
    const column = table.columns.get(path);
    return column && { order: orderOf(column.type), wildcard: column.type === 'text', read: (row) => row[path] };
  };
}

const NUMBERS: ReadonlySet<ColumnType> = new Set(['integer', 'bigint', 'decimal', 'money', 'double'] as const);

function orderOf(type: ColumnType): Reader['order'] {
  if (NUMBERS.has(type)) return 'number';
  return type === 'date' || type === 'datetime' ? 'time' : 'text';
}
