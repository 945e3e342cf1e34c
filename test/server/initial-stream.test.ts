import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addKey } from '../../packages/server/src/access/keyring.ts';
import { listen, type Heard } from '../kit/listener.ts';
import { ask, openTown, ownWrites, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = 60;
const AT = '/v1/maps/customer/initial-write';
const REFUSED = `00000000-0000-4000-8000-${String(7).padStart(12, '0')}`;
const isProgress = ({ event }: Heard): boolean => event === 'initial-write';

let town: Town | undefined;
afterAll(() => town?.close());

test('an initial write is followed on the stream: kept, under way, done, what failed by class; a few times, not for each record', async () => {
  town = await openTown(CUSTOMERS, { customer: ['initial: wait', 'seed: fno'] });
  for (let index = 0; index < CUSTOMERS; index += 1) {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    town.ce.load({ tables: [], rows: { accounts: [{ accountid: id, name: `Other ${index}` }] } });
  }
  const refusal = town.ce.faults.add({
    principal: 'concord',
    method: 'PATCH',
    path: REFUSED,
    action: { kind: 'status', status: 400, words: 'Not him.' },
  });
  const { url } = await town.startInside();
  const { text } = addKey(
    join(town.configFile, '../concord.keys.json'),
    { name: 'Orders', role: 'reader', entities: ['order'] },
    Date.now(),
  );
  const as = { authorization: `Bearer ${text}` };
  await until(async () => ((await fetch(`${url}/v1/records?entity=order`, { headers: as })).status === 200 ? undefined : 'not yet'));
  const [reader, narrow] = [await listen(`${url}/v1/stream?entity=customer`), await listen(`${url}/v1/stream`, as)];
  const kept = await reader.hears(isProgress);
  expect(kept.data).toMatchObject({ entity: 'customer', state: 'kept', remaining: 0, errors: 0 });
  expect(kept.id, 'whoever comes back is told how it stands then').toBeUndefined();

  await ask(url, AT, { by: 'Mia' });
  const done = await reader.hears((heard) => isProgress(heard) && heard.data['state'] === 'done');
  expect(done.data).toMatchObject({ remaining: 0, errors: 1, classes: { 'validation-rejected': 1 }, first: [{ system: 'ce' }] });
  expect(done.data['systems']).toMatchObject([{ rows: CUSTOMERS }, { rows: CUSTOMERS, settled: CUSTOMERS - 1 }]);
  expect(ownWrites(town.ce)).toBe(CUSTOMERS - 1);
  // What is edited from now on is no part of it.
  await town.ben.edit('C-00001', { OrganizationName: 'Later' });
  town.ce.faults.clear(refusal);
  await ask(url, AT, { by: 'Mia' });
  await reader.hears((heard) => isProgress(heard) && heard.data['state'] === 'done' && heard.data['errors'] === 0);
  await untilEqual(town, url);
  expect(reader.heard.filter(isProgress).length).toBeLessThan(CUSTOMERS);
  await narrow.hears(({ event }) => event === 'map');
  expect(narrow.heard.some(isProgress)).toBe(false);
  reader.leave();
  narrow.leave();
});
