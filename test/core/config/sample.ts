/** A small configuration in which everything is right; tests break it in one place. */
export const SAMPLE = `systems:
  fno: { adapter: finops, url: \${FNO_URL}, company: abct, auth: { client: concord, secret: \${FNO_SECRET} } }
  ce: { adapter: dataverse, url: "\${CE_URL}/api" }

entities:
  customer:
    fno: { set: CustomersV3, id: [dataAreaId, CustomerAccount], where: { PartyType: Organization } }
    ce: { set: accounts, constants: { customertypecode: 3 } }
    key: [company, account]
    delete: manual
    fields:
      account: { fno: CustomerAccount, ce: accountnumber, policy: immutable }
      name: { fno: OrganizationName, ce: name }
      creditLimit: { fno: CreditLimit, ce: creditlimit, type: decimal(2), policy: { owner: fno } }
      onHold:
        fno: OnHoldStatus
        ce: msdyn_onholdstatus
        values: { No: 192350000, Invoice: 192350001, All: 192350002 }
        policy: { rank: [No, Invoice, All] }
      street: { fno: Street, ce: address1_line1 }
      city: { fno: City, ce: address1_city }
    groups:
      address: { fields: [street, city], policy: latest }
  salesOrder:
    fno: { set: SalesOrderHeadersV2, correlation: CustomersOrderReference }
    ce: { set: salesorders, only: read }
    key: [number]
    fields:
      number: { fno: SalesOrderNumber, ce: msdyn_salesordernumber }
      customer:
        fno: { column: OrderingCustomerAccountNumber, by: account }
        ce: { column: _customerid_value, write: customerid_account@odata.bind, as: /accounts({}) }
        type: { reference: customer }
      tags: { fno: Tags, ce: abc_tags, type: choices, values: { wool: { fno: W, ce: 1 }, silk: { fno: S, ce: 2 } }, policy: set }
      memo: { fno: Memo, ce: description, policy: { text: lines } }

ledger: { file: there.db }
server: { port: 8090 }
limits: { pollMs: 2000 }
`;

export const ENV = { FNO_URL: 'http://127.0.0.1:1', CE_URL: 'http://127.0.0.1:2', FNO_SECRET: 'hidden' };
