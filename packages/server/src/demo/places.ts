/** Where one business thing is in both systems, by the number that people know it by, and where its record is in Concord. */
export interface Place {
  readonly entity: string;
  readonly number: string;
  readonly ce: string;
  readonly fno: string;
  /** Its key in F&O, which is what Concord links it by there. */
  readonly fnoKey: string;
}

const COMPANY = 'abct';

export const customer = (number: string): Place => place('customer', number, 'accounts', 'accountnumber', 'CustomersV3', 'CustomerAccount');
export const order = (number: string): Place =>
  place('salesOrder', number, 'salesorders', 'msdyn_salesordernumber', 'SalesOrderHeadersV2', 'SalesOrderNumber');
export const product = (number: string): Place => place('product', number, 'products', 'productnumber', 'ReleasedProductsV2', 'ItemNumber');
export const bolt = (number: string): Place =>
  place('fabricBolt', number, 'abc_fabricbolts', 'abc_boltnumber', 'ABCFabricBolts', 'BoltNumber');

function place(entity: string, number: string, ceSet: string, ceColumn: string, fnoSet: string, fnoColumn: string): Place {
  const fnoKey = `dataAreaId='${COMPANY}',${fnoColumn}='${number}'`;
  return { entity, number, ce: `${ceSet}(${ceColumn}='${number}')`, fno: `${fnoSet}(${fnoKey})`, fnoKey };
}
