import { afterEach, describe, expect, test } from 'vitest';
import { ask, askList, openTown, ownWrites, recordOf, untilEqual, type Town } from '../kit/town.ts';
import { objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { customerIn } from '../kit/town-rows.ts';

const CUSTOMERS = 5;
const ONE = 'C-00001';

let town: Town;
afterEach(() => town.close());

describe('two people edit one customer in both systems in the same second', () => {
  test('edits of different fields both survive in both systems', async () => {
    town = await openTown(CUSTOMERS);
    const { url } = await town.startInside();
    await untilEqual(town, url);
    await Promise.all([
      town.anna.edit(ONE, { emailaddress1: 'anna@example.com' }),
      town.ben.edit(ONE, { PrimaryContactPhone: '+1 555 0199' }),
    ]);
    await untilEqual(town, url);
    expect(customerIn(town, ONE).fno).toMatchObject({ email: 'anna@example.com', phone: '+1 555 0199' });
    expect(customerIn(town, ONE).ce).toMatchObject({ email: 'anna@example.com', phone: '+1 555 0199' });
    expect([ownWrites(town.ce), ownWrites(town.fno)]).toEqual([1, 1]);
  });

  test('of two edits of one field the value that the policy prefers stands in both, and the other is in the history with rule and reason', async () => {
    town = await openTown(CUSTOMERS, { name: '{ prefer: ce }' });
    const { url } = await town.startInside();
    await untilEqual(town, url);
    await Promise.all([town.anna.edit(ONE, { name: 'Anna Ltd' }), town.ben.edit(ONE, { OrganizationName: 'Ben Ltd' })]);
    await untilEqual(town, url);
    expect([customerIn(town, ONE).fno?.['name'], customerIn(town, ONE).ce?.['name']]).toEqual(['Anna Ltd', 'Anna Ltd']);
    const record = await recordOf(url, ONE);
    const history = await askList(url, `/v1/records/${String(record['id'])}/history`);
    const resolution = history.flatMap((change) => objectsOf(change, 'resolutions')).find(({ rule }) => rule === 'prefer');
    expect(resolution).toMatchObject({
      fields: ['name'],
      state: 'settled',
      values: { name: 'Anna Ltd' },
      reason: expect.stringContaining('ce'),
    });
    expect(objectsOf(resolution, 'losers')).toEqual([expect.objectContaining({ system: 'fno', values: { name: 'Ben Ltd' } })]);
  });

  test('where a person must decide, nothing is written until one does, and then both systems hold what was decided', async () => {
    town = await openTown(CUSTOMERS, { name: 'manual' });
    const { url } = await town.startInside();
    await untilEqual(town, url);
    await Promise.all([town.anna.edit(ONE, { name: 'Anna Ltd' }), town.ben.edit(ONE, { OrganizationName: 'Ben Ltd' })]);
    await expect.poll(() => askList(url, '/v1/conflicts'), { timeout: 20_000 }).toHaveLength(1);
    expect([customerIn(town, ONE).fno?.['name'], customerIn(town, ONE).ce?.['name']]).toEqual(['Ben Ltd', 'Anna Ltd']);
    const [conflict] = await askList(url, '/v1/conflicts');
    await ask(url, `/v1/conflicts/${String(conflict?.['id'])}/resolve`, { side: 'fno', by: 'cleo', note: 'asked the customer' });
    await untilEqual(town, url);
    expect(customerIn(town, ONE).ce?.['name']).toBe('Ben Ltd');
    expect(await askList(url, '/v1/conflicts')).toEqual([]);
    expect([ownWrites(town.ce), ownWrites(town.fno)]).toEqual([1, 0]);
  });
});
