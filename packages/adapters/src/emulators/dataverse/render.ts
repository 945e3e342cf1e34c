import type { Json, JsonObject } from '@concord/core';
import { wordsOf } from '../wire/json.ts';
import type { ColumnSchema } from '../wire/schema.ts';
import type { Org, Stored, Table } from './org.ts';
import { columnOfNavigation } from './payload.ts';
import { fault, ok, unknownProperty } from './errors.ts';
import type { Checked } from './errors.ts';
import { propertyOf } from './standard-columns.ts';

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const CURRENCY = 'transactioncurrencyid';

/** What of a row is told. */
export interface View {
  readonly columns: readonly ColumnSchema[];
  /** As `$select` was given, for the context URL. */
  readonly select?: string;
  readonly expansions: readonly Expansion[];
  readonly annotated: boolean;
}

interface Expansion {
  readonly navigation: string;
  readonly column: ColumnSchema;
  readonly table: Table;
  readonly view: View;
}

export const etagOf = (stored: Stored): string => `W/"${stored.version}"`;

/** Reads `$select` and `$expand` (single look-ups, one level deep or more). */
export function viewOf(org: Org, table: Table, select: string | undefined, expand: string | undefined, annotated: boolean): Checked<View> {
  const columns = selected(table, select);
  if (columns.kind === 'fault') return columns;
  const expansions: Expansion[] = [];
  for (const piece of splitOutside(expand ?? '', ',')) {
    const expansion = expansionOf(org, table, piece, annotated);
    if (expansion.kind === 'fault') return expansion;
    expansions.push(expansion.value);
  }
  return ok({ columns: columns.value, expansions, annotated, ...(select !== undefined && { select }) });
}

function selected(table: Table, select: string | undefined): Checked<readonly ColumnSchema[]> {
  if (select === undefined || select.trim() === '' || select.trim() === '*') return ok([...table.columns.values()]);
  const names = select.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !table.properties.has(name));
  if (unknown !== undefined) return fault(unknownProperty(table.schema.name, unknown));
  const wanted = new Set([...names, table.idColumn]);
  const found = [...wanted].flatMap((name) => table.properties.get(name) ?? []);
  // Whoever reads an amount is told its currency too.
  const currency = found.some((column) => column.type === 'money') ? table.columns.get(CURRENCY) : undefined;
  return ok(currency === undefined || found.includes(currency) ? found : [...found, currency]);
}

function expansionOf(org: Org, table: Table, piece: string, annotated: boolean): Checked<Expansion> {
  const [, navigation = piece, inner = ''] = /^([^(]+)(?:\((.*)\))?$/.exec(piece) ?? [];
  const column = columnOfNavigation(table, navigation);
  const target = org.tables.get(column?.targets?.find((one) => one.navigation === navigation)?.set ?? '');
  if (column === undefined || target === undefined) return fault(unknownProperty(table.schema.name, navigation));
  const options = new Map(
    splitOutside(inner, ';').map((option) => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]),
  );
  const view = viewOf(org, target, options.get('$select'), options.get('$expand'), annotated);
  return view.kind === 'fault' ? view : ok({ navigation, column, table: target, view: view.value });
}

/** Splits where the separator stands outside of parentheses. */
export function splitOutside(text: string, separator: string): readonly string[] {
  const pieces: string[] = [];
  let [depth, piece] = [0, ''];
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === separator && depth === 0) {
      pieces.push(piece.trim());
      piece = '';
    } else piece += char;
  }
  return [...pieces, piece.trim()].filter((one) => one !== '');
}

export function renderRow(org: Org, stored: Stored, view: View): JsonObject {
  const told: Record<string, Json> = { '@odata.etag': etagOf(stored) };
  for (const column of view.columns) {
    const name = propertyOf(column);
    const value = stored.row[name] ?? null;
    told[name] = value;
    if (view.annotated && value !== null) annotate(org, told, name, column, value);
  }
  for (const expansion of view.expansions) {
    const target = expansion.table.rows.get(wordsOf(stored.row[propertyOf(expansion.column)]));
    told[expansion.navigation] = target === undefined ? null : renderRow(org, target, expansion.view);
  }
  return told;
}

function annotate(org: Org, told: Record<string, Json>, name: string, column: ColumnSchema, value: Json): void {
  const formatted = formattedOf(org, column, value);
  if (formatted !== undefined) told[`${name}@${FORMATTED}`] = formatted;
  const target = column.type === 'lookup' ? targetOf(org, column, value) : undefined;
  if (target === undefined) return;
  told[`${name}@Microsoft.Dynamics.CRM.lookuplogicalname`] = target.table.schema.name;
  told[`${name}@Microsoft.Dynamics.CRM.associatednavigationproperty`] = target.navigation;
}

function formattedOf(org: Org, column: ColumnSchema, value: Json): string | undefined {
  const labelOf = (member: number): string => column.options?.find((option) => option.value === member)?.label ?? String(member);
  if (column.type === 'choice') return labelOf(Number(value));
  if (column.type === 'choices') return wordsOf(value).split(',').map(Number).map(labelOf).join('; ');
  if (column.type === 'boolean') return value === true ? 'Yes' : 'No';
  if (column.type === 'money') return Number(value).toFixed(column.precision ?? 2);
  if (column.type !== 'lookup') return undefined;
  const target = targetOf(org, column, value);
  const primary = target?.table.schema.primaryName;
  return primary === undefined ? undefined : wordsOf(target?.stored.row[primary]);
}

/** The row that a look-up points at, and the table that it is in. */
export function targetOf(org: Org, column: ColumnSchema, value: Json | undefined) {
  for (const target of column.targets ?? []) {
    const table = org.tables.get(target.set);
    const stored = table?.rows.get(wordsOf(value));
    if (table !== undefined && stored !== undefined) return { table, stored, navigation: target.navigation };
  }
  return undefined;
}
