import type { Scene } from '../scene.ts';
import { pick, textIn } from './since.ts';

const ITEM_BASED = 192350000;
const ACTIVE = 192350000;

export const lostAnswer: Scene = {
  title: 'The answer to a new order is lost on the way back',
  about:
    'F&O makes the order and numbers it, but the connection breaks before it can say so. Trying again blindly would make a second one.',
  async play(stage, tell) {
    const before = await stage.ben.list('SalesOrderHeadersV2');
    stage.fno.faults.add({ method: 'POST', path: '/SalesOrderHeadersV2', principal: 'concord', times: 1, action: { kind: 'dropAfter' } });
    const created = await stage.anna.create('salesorders', {
      name: 'Harbour Home Textiles: first order',
      'customerid_account@odata.bind': "/accounts(accountnumber='C-001006')",
      requestdeliveryby: '2026-03-02',
      msdyn_processingstatus: ACTIVE,
      msdyn_ordertype: ITEM_BASED,
    });
    tell.deeds(created);
    await stage.settled();
    const isLost = stage.fno.faults.list().length === 0;
    const id = textIn(created.row, 'salesorderid');
    const record = await stage.rest.record('ce', 'salesOrder', id);
    tell.note(`The answer to Concord's POST was ${isLost ? 'cut off after F&O had made the order' : 'not cut off'}.`);
    tell.history(await stage.rest.history(record.id));

    const orders = (await stage.ben.list('SalesOrderHeadersV2')).filter(
      ({ CustomersOrderReference }) => CustomersOrderReference === record.id,
    );
    const ce = await stage.anna.read(`salesorders(${id})`);
    tell.holds('fno', orders[0], ['SalesOrderNumber', 'SalesOrderName', 'CustomersOrderReference']);
    tell.holds('ce', ce, ['msdyn_salesordernumber', 'name']);
    return [
      { what: 'the answer was lost', expected: true, found: isLost },
      { what: 'F&O has one order that carries the id of the record', expected: 1, found: orders.length },
      { what: 'and one order more than before', expected: before.length + 1, found: (await stage.ben.list('SalesOrderHeadersV2')).length },
      { what: "CE shows F&O's number", expected: pick(orders[0], 'SalesOrderNumber'), found: pick(ce, 'msdyn_salesordernumber') },
    ];
  },
};
