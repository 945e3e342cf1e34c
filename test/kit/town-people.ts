import type { Json, JsonObject } from '@concord/core';
import { signIn } from '../contract/systems-user.ts';
import { COMPANY } from './town-tables.ts';

/** Somebody who works in one of the systems, over its own wire. All throw when the system refuses. */
export interface Person {
  /** Changes a customer, whatever it was before. */
  edit(account: string, columns: JsonObject): Promise<void>;
  remove(account: string): Promise<void>;
  addCustomer(account: string, columns: JsonObject): Promise<void>;
  addOrder(columns: JsonObject): Promise<Json>;
}

/** Works in Dataverse. */
export async function annaIn(url: string): Promise<Person> {
  const { call } = await signIn(url, 'anna');
  const root = '/api/data/v9.2';
  const at = (account: string): string => `${root}/accounts(accountnumber='${account}')`;
  return {
    edit: async (account, columns) => void (await call('PATCH', at(account), columns, { 'if-match': '*' })),
    remove: async (account) => void (await call('DELETE', at(account))),
    addCustomer: async (account, columns) => void (await call('POST', `${root}/accounts`, { accountnumber: account, ...columns })),
    addOrder: (columns) => call('POST', `${root}/salesorders`, columns, { prefer: 'return=representation' }),
  };
}

/** Works in F&O. */
export async function benIn(url: string): Promise<Person> {
  const { call } = await signIn(url, 'ben');
  const ask = '?cross-company=true';
  const at = (account: string): string => `/data/CustomersV3(dataAreaId='${COMPANY}',CustomerAccount='${account}')${ask}`;
  return {
    edit: async (account, columns) => void (await call('PATCH', at(account), columns)),
    remove: async (account) => void (await call('DELETE', at(account))),
    addCustomer: async (account, columns) =>
      void (await call('POST', `/data/CustomersV3${ask}`, { dataAreaId: COMPANY, CustomerAccount: account, ...columns })),
    addOrder: (columns) => call('POST', `/data/SalesOrderHeadersV2${ask}`, { dataAreaId: COMPANY, ...columns }),
  };
}
