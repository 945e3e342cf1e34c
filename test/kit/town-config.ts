import { dirname, join } from 'node:path';
import { compileTable, parseConfig, policies, tellFault, type Config, type Tables } from '@concord/core';

/** What a scenario turns; times in ms. */
export interface TownRules {
  /** What becomes of a customer that one side deleted and the other edited. */
  readonly delete: 'update-wins' | 'delete-wins' | 'manual';
  /** How many characters of a telephone number finance holds. */
  readonly phoneChars: number;
  /** The policy of a customer's name. */
  readonly name: string;
  readonly pollMs: number;
  /** How often the finance system is swept for rows that are gone. */
  readonly sweepEveryMs: number;
  /** How far its feed by modification time reaches back. */
  readonly overlapMs: number;
  readonly retryMs: number;
  readonly writesMax: number;
  /** So many requests go in one batch. */
  readonly batch: number;
  /** More words of the customer's entity, a line each, and of the order's reference to it. */
  readonly customer: readonly string[];
  readonly reference: string;
}

export const RULES: TownRules = {
  delete: 'update-wins',
  phoneChars: 200,
  name: 'latest',
  pollMs: 200,
  sweepEveryMs: 500,
  overlapMs: 2000,
  retryMs: 20,
  writesMax: 8,
  batch: 1,
  customer: [],
  reference: '',
};

export const SECRETS = { CE_SECRET: 'concord-secret', FNO_SECRET: 'concord-secret' };

/** The configuration, as a user would write it; addresses and secrets come from the environment. */
export function townYaml(rules: TownRules, port: number): string {
  const auth = (system: string) => `{ token: '\${${system}_URL}/oauth2/v2.0/token', client: concord, secret: '\${${system}_SECRET}' }`;
  return `
systems:
  fno: { adapter: finops, url: '\${FNO_URL}', batch: ${rules.batch}, company: abct, sweepEveryMs: ${rules.sweepEveryMs}, overlapMs: ${rules.overlapMs}, auth: ${auth('FNO')} }
  ce: { adapter: dataverse, url: '\${CE_URL}', batch: ${rules.batch}, auth: ${auth('CE')} }
entities:
  customer:
    fno: { set: CustomersV3, id: [dataAreaId, CustomerAccount], feed: modified }
    ce: { set: accounts }
    key: [account]
    delete: ${rules.delete}
${rules.customer.map((line) => `    ${line}\n`).join('')}    fields:
      account: { fno: CustomerAccount, ce: accountnumber, policy: immutable }
      name: { fno: OrganizationName, ce: name, policy: ${rules.name} }
      email: { fno: PrimaryContactEmail, ce: emailaddress1 }
      phone: { fno: { column: PrimaryContactPhone, maxLength: ${rules.phoneChars} }, ce: telephone1 }
      memo: { fno: SalesMemo, ce: description, policy: text }
      creditLimit: { fno: CreditLimit, ce: creditlimit, type: decimal(2), policy: { owner: fno } }
      street: { fno: DeliveryAddressStreet, ce: address1_line1 }
      city: { fno: DeliveryAddressCity, ce: address1_city }
    groups:
      address: { fields: [street, city], policy: latest }
  order:
    fno: { set: SalesOrderHeadersV2, id: [dataAreaId, SalesOrderNumber], correlation: CustomersOrderReference, feed: modified }
    ce: { set: salesorders, correlation: abc_correlationid }
    key: [number]
    delete: manual
    fields:
      number: { fno: SalesOrderNumber, ce: msdyn_salesordernumber, policy: immutable }
      title: { fno: SalesOrderName, ce: name }
      customer:
        type: { reference: customer }
        fno: { column: OrderingCustomerAccountNumber, by: account }
        ce: { column: _customerid_value, write: customerid_account@odata.bind, as: '/accounts({})' }
        policy: { prefer: ce }
${rules.reference === '' ? '' : `        ${rules.reference}\n`}ledger: { file: ledger.db }
server: { host: 127.0.0.1, port: ${port}, rate: { key: 1000000, address: 1000000, hooks: 1000000 } }
limits: { pollMs: ${rules.pollMs}, retryMs: ${rules.retryMs}, retryMsMax: 1000, writesMax: ${rules.writesMax} }
`;
}

/** Throws with every fault. */
export function townConfig(yaml: string, env: Readonly<Record<string, string>>, ledgerFile: string): Config {
  const parsed = parseConfig(yaml, { file: 'town.yaml', env });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(tellFault).join('\n'));
  const keys = join(dirname(ledgerFile), 'concord.keys.json');
  return { ...parsed.config, ledger: { file: ledgerFile }, server: { ...parsed.config.server, keys } };
}

/** What the town's configuration makes of its entities. */
export function tablesOf({ entities }: Config): Tables {
  return new Map(entities.map((map) => [map.entity, compileTable(map, policies)]));
}
