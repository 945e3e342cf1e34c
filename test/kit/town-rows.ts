import type { Json, JsonObject } from '@concord/core';
import type { Emulator } from '@concord/adapters';

/** The same customer's fields in both systems: name of the field, column in `fno`, column in `ce`. */
const CUSTOMER_COLUMNS = [
  ['name', 'OrganizationName', 'name'],
  ['email', 'PrimaryContactEmail', 'emailaddress1'],
  ['phone', 'PrimaryContactPhone', 'telephone1'],
  ['memo', 'SalesMemo', 'description'],
  ['creditLimit', 'CreditLimit', 'creditlimit'],
  ['street', 'DeliveryAddressStreet', 'address1_line1'],
  ['city', 'DeliveryAddressCity', 'address1_city'],
] as const;

const ORDER_COLUMNS = [
  ['number', 'SalesOrderNumber', 'msdyn_salesordernumber'],
  ['title', 'SalesOrderName', 'name'],
] as const;

type Columns = readonly (readonly [string, string, string])[];

/** A row as one system holds it, under the names of the fields; an empty column is an empty text. */
export type Told = Readonly<Record<string, string>>;

export interface Sides {
  readonly fno: Pick<Emulator, 'rows'>;
  readonly ce: Pick<Emulator, 'rows'>;
}

/** What is not the same in both systems, row by row, in words; empty when they are equal. */
export function differences({ fno, ce }: Sides): readonly string[] {
  return [
    ...between(
      grouped(fno.rows('CustomersV3'), 'CustomerAccount', CUSTOMER_COLUMNS, 1),
      grouped(ce.rows('accounts'), 'accountnumber', CUSTOMER_COLUMNS, 2),
    ),
    ...between(
      grouped(fno.rows('SalesOrderHeadersV2'), 'SalesOrderNumber', ORDER_COLUMNS, 1),
      grouped(ce.rows('salesorders'), 'msdyn_salesordernumber', ORDER_COLUMNS, 2),
    ),
  ];
}

/** One customer in both systems; absent where a system has no such row. */
export function customerIn({ fno, ce }: Sides, account: string): { readonly fno: Told | undefined; readonly ce: Told | undefined } {
  const one = (rows: readonly JsonObject[], key: string, at: 1 | 2): Told | undefined => {
    const row = rows.find((candidate) => candidate[key] === account);
    return row && told(row, CUSTOMER_COLUMNS, at);
  };
  return { fno: one(fno.rows('CustomersV3'), 'CustomerAccount', 1), ce: one(ce.rows('accounts'), 'accountnumber', 2) };
}

/** Of each key its rows, as text: two whole tables are held side by side. */
function grouped(rows: readonly JsonObject[], key: string, columns: Columns, at: 1 | 2): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const row of rows) {
    const name = words(row[key]);
    const before = groups.get(name);
    const text = JSON.stringify(told(row, columns, at));
    groups.set(name, before === undefined ? text : `${before},${text}`);
  }
  return groups;
}

function told(row: JsonObject, columns: Columns, at: 1 | 2): Told {
  return Object.fromEntries(columns.map((column) => [column[0], words(row[column[at]])]));
}

function words(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}

function between(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const [inFno = '', inCe = ''] = [left.get(key), right.get(key)];
    const alike = inFno === inCe && !inFno.includes('},{');
    return alike ? [] : [`${key}: fno [${inFno}], ce [${inCe}]`];
  });
}
