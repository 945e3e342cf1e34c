import { afterEach, expect, test } from 'vitest';
import { customerIn } from '../kit/town-rows.ts';
import { askList, openTown, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const ONE = 'C-00001';

let town: Town;
afterEach(() => town.close());

test('a value that is too long for one system is held back from it and told, while the rest of the same edit arrives', async () => {
  town = await openTown(2, { phoneChars: 20 });
  const { url } = await town.startInside();
  await untilEqual(town, url);
  const before = customerIn(town, ONE).fno?.['phone'];
  await town.anna.edit(ONE, { telephone1: '+44 113 496 0000 ask for Ann', name: 'Long Distance Ltd' });
  await until(() => (customerIn(town, ONE).fno?.['name'] === 'Long Distance Ltd' ? undefined : 'the name has not arrived'));
  expect(customerIn(town, ONE).fno?.['phone']).toBe(before);
  const failures = await askList(url, '/v1/failures');
  expect(failures).toContainEqual(expect.objectContaining({ system: 'fno', code: 'C17' }));
  await town.anna.edit(ONE, { telephone1: '+44 113 496 0000' });
  await untilEqual(town, url);
  expect(customerIn(town, ONE).fno?.['phone']).toBe('+44 113 496 0000');
});
