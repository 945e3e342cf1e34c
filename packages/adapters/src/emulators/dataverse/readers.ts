import type { Reader, Readers } from '../wire/filter.ts';
import { wordsOf } from '../wire/json.ts';
import type { ColumnSchema, ColumnType } from '../wire/schema.ts';
import type { Org, Table } from './org.ts';
import { columnOfNavigation } from './payload.ts';
import { propertyOf } from './standard-columns.ts';

/** How `$filter` and `$orderby` read a table's rows: its own properties, and those one look-up away (`customerid_account/name`). */
export function readersOf(org: Org, table: Table): Readers {
  return (path) => {
    const own = table.properties.get(path);
    if (own !== undefined) return readerOf(own);
    const [navigation = '', name = ''] = path.split('/');
    const column = columnOfNavigation(table, navigation);
    const target = org.tables.get(column?.targets?.find((one) => one.navigation === navigation)?.set ?? '');
    const far = target?.properties.get(name);
    if (column === undefined || target === undefined || far === undefined) return undefined;
    return { order: orderOf(far.type), read: (row) => target.rows.get(wordsOf(row[propertyOf(column)]))?.row[propertyOf(far)] };
  };
}

function readerOf(column: ColumnSchema): Reader {
  const name = propertyOf(column);
  return { order: orderOf(column.type), read: (row) => row[name] };
}

const NUMBERS: ReadonlySet<ColumnType> = new Set(['integer', 'bigint', 'decimal', 'money', 'double', 'choice'] as const);

function orderOf(type: ColumnType): Reader['order'] {
  if (NUMBERS.has(type)) return 'number';
  return type === 'date' || type === 'datetime' ? 'time' : 'text';
}
