import { memoryLedger } from '@concord/adapters';
import { entityName } from '@concord/core';
import { expect, test } from 'vitest';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const KEPT = `
  kept:
    a: { set: kept, id: [id] }
    b: { set: kept, id: [id] }
    initial: wait
    key: [code]
    seed: b
    fields: { code: { a: code, b: code }, name: { a: name, b: name } }
`;
const ENTITY = entityName('kept');

function filled(house: House): House {
  house.put('a', 'kept', '1', { code: 'c', name: 'of a' });
  house.put('b', 'kept', '2', { code: 'c', name: 'of b' });
  return house;
}

const namesIn = (house: House) => ['a', 'b'].flatMap((system) => house.rows(system, 'kept').map((row) => row['name']));

test('what waits for its start is neither read nor written before it, and stays started', async () => {
  const ledger = memoryLedger();
  const house = filled(openHouse(KEPT, ledger));
  await house.open();
  expect(house.engine().initial(ENTITY)).toMatchObject({ state: 'kept' });
  expect(
    house
      .engine()
      .status()
      .maps.map(({ state }) => state),
  ).toEqual(['kept', 'kept']);
  expect(await house.engine().beginInitial(ENTITY, { by: 'Mia', note: 'now' })).toBe('begun');
  await until(() => (house.engine().initial(ENTITY)?.state === 'done' ? undefined : 'it is not done'));
  expect(namesIn(house)).toEqual(['of b', 'of b']);
  expect((await ledger.acts({ limit: 5 })).items).toMatchObject([{ operator: 'Mia', act: 'initial write', note: 'kept: now' }]);
  expect(house.engine().initial(ENTITY)).toMatchObject({
    systems: [
      { system: 'a', rows: 1, settled: 1, remaining: 0 },
      { system: 'b', settled: 1 },
    ],
  });

  await house.stop();
  house.put('a', 'kept', '1', { name: 'edited' });
  await house.start();
  await until(() => (namesIn(house).join() === 'edited,edited' ? undefined : namesIn(house).join()));
  expect(await house.engine().beginInitial(ENTITY, { by: 'Mia' }), 'begun before').toEqual({ released: 0, gone: 0, more: false });
  await house.stop();
});

test('an entity that waits for nothing needs no start, and one that does not exist has none', async () => {
  const house = openHouse(KEPT.replace('    initial: wait\n', ''));
  await house.start();
  await until(() => (house.engine().initial(ENTITY)?.state === 'done' ? undefined : 'it is not done'));
  expect(await house.engine().beginInitial(entityName('other'), { by: 'Mia' })).toBe('unknown');
  expect(house.engine().initial(entityName('other'))).toBeUndefined();
  await house.stop();
});
