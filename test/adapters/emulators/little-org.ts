import type { Seed } from '../../../packages/adapters/src/emulators/index.ts';

/** A small Dataverse organisation: accounts, and orders that look up to them. */
export const LITTLE_CE: Seed = {
  tables: [
    {
      set: 'accounts',
      name: 'account',
      primaryId: 'accountid',
      primaryName: 'name',
      keys: [{ name: 'abc_number', columns: ['accountnumber'] }],
      columns: [
        { name: 'accountnumber', type: 'text', lengthMax: 20 },
        { name: 'name', type: 'text', lengthMax: 40 },
        { name: 'creditlimit', type: 'money', precision: 2 },
        { name: 'employees', type: 'integer', min: 0 },
        { name: 'weight', type: 'decimal', precision: 4 },
        { name: 'vip', type: 'boolean' },
        { name: 'since', type: 'date' },
        { name: 'calledat', type: 'datetime' },
        {
          name: 'rating',
          type: 'choice',
          options: [
            { value: 1, label: 'Hot' },
            { value: 2, label: 'Cold' },
          ],
        },
        { name: 'seasons', type: 'choices', options: [1, 2, 9].map((value) => ({ value, label: `S${value}` })) },
        { name: 'parent', type: 'lookup', targets: [{ set: 'accounts', navigation: 'parentaccountid' }] },
        { name: 'total', type: 'money', readOnly: true },
      ],
    },
    {
      set: 'salesorders',
      name: 'salesorder',
      primaryId: 'salesorderid',
      primaryName: 'name',
      keys: [{ name: 'abc_line', columns: ['customerid', 'number'] }],
      columns: [
        { name: 'name', type: 'text' },
        { name: 'number', type: 'integer' },
        { name: 'customerid', type: 'lookup', targets: [{ set: 'accounts', navigation: 'customerid_account' }] },
      ],
    },
    { set: 'notes', name: 'note', primaryId: 'noteid', changeTracking: false, columns: [{ name: 'text', type: 'text' }] },
  ],
  rows: {},
};

/** A small F&O environment: customers, and orders that are numbered by the server. */
export const LITTLE_FNO: Seed = {
  tables: [
    {
      set: 'CustomersV3',
      name: 'CustomerV3',
      label: 'Customers',
      entity: 'CustCustomerV3Entity',
      table: 'CustTable',
      tableId: 0x4951,
      modifiedDateTime: true,
      columns: [
        { name: 'dataAreaId', type: 'text', key: true },
        { name: 'CustomerAccount', type: 'text', key: true, label: 'Customer account', sequence: { prefix: 'C-', digits: 4, next: 1 } },
        { name: 'OrganizationName', type: 'text', lengthMax: 40 },
        { name: 'CustomerGroupId', type: 'text', label: 'Customer group', required: true },
        { name: 'CreditLimit', type: 'decimal', precision: 2 },
        {
          name: 'OnHoldStatus',
          type: 'enum',
          enumName: 'CustVendorBlocked',
          options: ['No', 'Invoice', 'All'].map((label, value) => ({ value, label })),
        },
        { name: 'IsVip', type: 'yesno' },
        { name: 'Balance', type: 'decimal', readOnly: true, default: 7 },
        { name: 'Since', type: 'date' },
        { name: 'CalledAt', type: 'datetime' },
        { name: 'LanguageId', type: 'text', default: 'en-us' },
      ],
    },
    {
      set: 'SalesOrderHeadersV2',
      name: 'SalesOrderHeaderV2',
      label: 'Sales orders',
      table: 'SalesTable',
      keys: [{ name: 'requisition', columns: ['dataAreaId', 'CustomerRequisitionNumber'] }],
      businessEvents: [
        { id: 'SalesOrderConfirmedBusinessEvent', column: 'Status', is: 'Confirmed', fields: { SalesOrderNumber: 'SalesOrderNumber' } },
      ],
      columns: [
        { name: 'dataAreaId', type: 'text', key: true },
        { name: 'SalesOrderNumber', type: 'text', key: true, sequence: { prefix: 'SO-', digits: 6, next: 1 } },
        {
          name: 'OrderingCustomerAccountNumber',
          type: 'text',
          label: 'Customer account',
          related: { set: 'CustomersV3', column: 'CustomerAccount' },
        },
        { name: 'CustomerRequisitionNumber', type: 'text' },
        {
          name: 'Status',
          type: 'enum',
          enumName: 'SalesStatus',
          options: ['Active', 'Confirmed'].map((label, value) => ({ value, label })),
        },
      ],
    },
  ],
  rows: {},
};
