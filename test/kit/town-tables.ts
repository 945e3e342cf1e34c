import type { JsonObject } from '@concord/core';
import type { Seed } from '@concord/adapters';

/** A company whose customers and orders two systems keep: small tables under the names that they have in the products. */
export const COMPANY = 'abct';
/** Long ago, so that no feed by modification time takes the first rows for news. */
export const LOADED_AT = '2025-01-01T00:00:00Z';

const text = (name: string, lengthMax = 200) => ({ name, type: 'text' as const, lengthMax });

const ACCOUNTS: Seed['tables'][number] = {
  set: 'accounts',
  name: 'account',
  primaryId: 'accountid',
  primaryName: 'name',
  keys: [{ name: 'accountnumber', columns: ['accountnumber'] }],
  columns: [
    text('accountnumber', 20),
    text('name'),
    text('emailaddress1'),
    text('telephone1'),
    text('description', 2000),
    { name: 'creditlimit', type: 'money', precision: 2 },
    text('address1_line1'),
    text('address1_city'),
  ],
};

const SALES_ORDERS: Seed['tables'][number] = {
  set: 'salesorders',
  name: 'salesorder',
  primaryId: 'salesorderid',
  primaryName: 'name',
  keys: [{ name: 'abc_correlationid', columns: ['abc_correlationid'] }],
  columns: [
    text('msdyn_salesordernumber', 20),
    text('abc_correlationid', 60),
    text('name'),
    { name: 'customerid', type: 'lookup', targets: [{ set: 'accounts', navigation: 'customerid_account' }] },
  ],
};

const CUSTOMERS: Seed['tables'][number] = {
  set: 'CustomersV3',
  name: 'CustomerV3',
  modifiedDateTime: true,
  columns: [
    { ...text('dataAreaId', 4), key: true },
    { ...text('CustomerAccount', 20), key: true },
    { ...text('OrganizationName'), required: true },
    text('PrimaryContactEmail'),
    // Shorter than the other system allows: what does not fit is refused.
    text('PrimaryContactPhone', 20),
    text('SalesMemo', 2000),
    { name: 'CreditLimit', type: 'decimal', precision: 2 },
    text('DeliveryAddressStreet'),
    text('DeliveryAddressCity'),
  ],
};

const ORDER_HEADERS: Seed['tables'][number] = {
  set: 'SalesOrderHeadersV2',
  name: 'SalesOrderHeaderV2',
  modifiedDateTime: true,
  columns: [
    { ...text('dataAreaId', 4), key: true },
    { ...text('SalesOrderNumber', 20), key: true, sequence: { prefix: 'SO-', digits: 6, next: 1 } },
    text('SalesOrderName'),
    { ...text('OrderingCustomerAccountNumber', 20), related: { set: 'CustomersV3', column: 'CustomerAccount' } },
    text('CustomersOrderReference', 60),
  ],
};

/** `C-00000`, `C-00001` … */
export function account(index: number): string {
  return `C-${String(index).padStart(5, '0')}`;
}

/** The Dataverse organisation, with so many customers. */
export function ceSeed(customers: number): Seed {
  return { tables: [ACCOUNTS, SALES_ORDERS], rows: { accounts: Array.from({ length: customers }, (_, index) => ceCustomer(index)) } };
}

/** The F&O environment, with the same customers. */
export function fnoSeed(customers: number): Seed {
  const rows = Array.from({ length: customers }, (_, index) => fnoCustomer(index));
  return { tables: [CUSTOMERS, ORDER_HEADERS], rows: { CustomersV3: rows } };
}

export function ceCustomer(index: number): JsonObject {
  return {
    accountid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    accountnumber: account(index),
    name: `Customer ${index}`,
    emailaddress1: `c${index}@example.com`,
    telephone1: '+1 555 0100',
    description: `Memo of ${index}.`,
    creditlimit: 1000,
    address1_line1: `${index} Mill Lane`,
    address1_city: 'Leeds',
    modifiedon: LOADED_AT,
  };
}

export function fnoCustomer(index: number): JsonObject {
  return {
    dataAreaId: COMPANY,
    CustomerAccount: account(index),
    OrganizationName: `Customer ${index}`,
    PrimaryContactEmail: `c${index}@example.com`,
    PrimaryContactPhone: '+1 555 0100',
    SalesMemo: `Memo of ${index}.`,
    CreditLimit: 1000,
    DeliveryAddressStreet: `${index} Mill Lane`,
    DeliveryAddressCity: 'Leeds',
    ModifiedDateTime: LOADED_AT,
  };
}
