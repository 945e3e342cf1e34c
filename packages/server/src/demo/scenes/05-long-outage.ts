import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '@concord/core';
import type { Deed } from '../people.ts';
import { customer } from '../places.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { textIn } from './since.ts';

const CUSTOMERS = Array.from({ length: 29 }, (_, index) => `C-0010${12 + index}`);
/** Columns of CE that are changed, and where F&O has the same thing. */
const COLUMNS = {
  name: 'OrganizationName',
  abc_alias: 'NameAlias',
  emailaddress1: 'PrimaryContactEmail',
  telephone1: 'PrimaryContactPhone',
  websiteurl: 'PrimaryContactURL',
  description: 'SalesMemo',
  address1_line1: 'DeliveryAddressStreet',
  address1_city: 'DeliveryAddressCity',
  address2_line1: 'InvoiceAddressStreet',
  address2_city: 'InvoiceAddressCity',
} as const;
const OUTAGE_MS = 1_500;
const PER_DAY = 3;

export const longOutage: Scene = {
  title: 'F&O is off the network for three days',
  about: `Scaled down to ${OUTAGE_MS / 1000} s. Sales works on: every edit must reach F&O when it is back, in whatever order, and only once.`,
  async play(stage, tell) {
    const before = await stage.rest.health();
    stage.fno.resetStats();
    const beganMs = Date.now();
    stage.fno.faults.down(true);
    const deeds: Deed[] = [];
    for (const number of CUSTOMERS) deeds.push(...(await editEverything(stage, number)));
    await stage.until('Concord notices that F&O is gone', async () => (await stage.rest.health()).ledger.due >= CUSTOMERS.length);
    await wait(Math.max(0, OUTAGE_MS - (Date.now() - beganMs)));
    const waiting = (await stage.rest.health()).ledger.due;
    tell.deeds(...deeds.slice(0, PER_DAY));
    const slowest = Math.ceil(Math.max(...deeds.map(({ tookMs }) => tookMs)));
    tell.note(
      `… and ${deeds.length - PER_DAY} more edits of ${CUSTOMERS.length} customers; CE answered each, the slowest in ${slowest} ms.`,
    );
    tell.note(`Kept in the ledger for F&O meanwhile: ${waiting} customers to be written.`);

    stage.fno.faults.down(false);
    const backMs = Date.now();
    await stage.settled();
    const writes = stage.fno.stats().principals['concord']?.writes['PATCH']?.['CustomersV3'] ?? 0;
    tell.note(`F&O is back: caught up in ${((Date.now() - backMs) / 1000).toFixed(1)} s with ${writes} writes.`);
    const after = await stage.rest.health();
    const arrived = await countArrived(stage, deeds);
    tell.note(`Read back from F&O: ${arrived} of ${deeds.length} edits are there.`);
    return [
      { what: `all ${deeds.length} edits are in F&O`, expected: deeds.length, found: arrived },
      { what: 'each customer was written once', expected: CUSTOMERS.length, found: writes },
      {
        what: 'nothing is left over',
        expected: [0, before.ledger.parked, before.ledger.held],
        found: [after.ledger.due, after.ledger.parked, after.ledger.held],
      },
    ];
  },
};

/** One edit for each column: nobody's edit stands on top of another's. */
function editEverything({ anna }: Stage, number: string): Promise<readonly Deed[]> {
  const place = customer(number);
  return Promise.all(Object.keys(COLUMNS).map((column) => anna.change(place.ce, { [column]: valueFor(column, number) })));
}

function valueFor(column: string, number: string): string {
  if (column === 'emailaddress1') return `sales@${number.toLowerCase()}.example`;
  return column === 'telephone1' ? `+1 555 ${number.slice(2)}` : `${number} ${column.slice(0, 8)}`;
}

async function countArrived({ ben }: Stage, deeds: readonly Deed[]): Promise<number> {
  const rows = new Map((await ben.list('CustomersV3')).map((row) => [textIn(row, 'CustomerAccount'), row] as const));
  const isThere = ([column, value]: readonly [string, Json], at: string): boolean => {
    const row = [...rows].find(([number]) => at.includes(number))?.[1];
    return Object.entries(COLUMNS).some(([ce, fno]) => ce === column && row?.[fno] === value);
  };
  return deeds.filter(({ at, columns }) => Object.entries(columns).every((change) => isThere(change, at))).length;
}
