import { memoryLedger, type MemorySystem } from '@concord/adapters';
import { afterEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

/** One page. */
const ROWS = 500;
const ROWS_MAX = 20;

test('while a page of what is known already is taken, whatever else is ready gets its turn between its rows', async () => {
  const told: number[] = [];
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  const watched = (system: MemorySystem): MemorySystem => ({
    ...system,
    changes: async (entity, from) => {
      if (system.id === 'a') told.push(turns);
      return system.changes(entity, from);
    },
  });
  house = openHouse(ITEM_YAML, memoryLedger(), watched, { rowsMax: ROWS_MAX });
  for (let row = 0; row < ROWS; row += 1) house.put('a', 'item', String(row), { code: `C${row}`, text: 'fine' });
  await house.start();
  await until(() => (house.rows('b', 'item').length === ROWS ? undefined : 'not all are in b'));
  await until(() => (house.engine().isQuiet() ? undefined : 'it is not quiet'));
  told.length = 0;
  setImmediate(count);
  try {
    const asked = { by: 'Mia' };
    const item = (await house.records('item'))[0]?.entity;
    if (item) for (const act of ['stop', 'start'] as const) await house.engine().pause(house.system('a').id, item, { act, ...asked });
    await until(() => (told.length >= 2 ? undefined : 'it is not listed again'));
    expect((told[1] ?? 0) - (told[0] ?? 0)).toBeGreaterThanOrEqual(ROWS / ROWS_MAX - 1);
  } finally {
    isOver = true;
  }
});
