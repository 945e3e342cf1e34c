import { memoryLedger, type MemorySystem } from '@concord/adapters';
import { entityName, valueIn } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const GUESTS = `
  guest:
    a: { set: guests, id: [id] }
    b: { set: guests, id: [id] }
    key: [name]
    delete: delete-wins
    fields:
      name: { a: name, b: name }
`;
const GUEST = entityName('guest');

let house: House;
afterEach(() => house.stop());

test('a row that somebody deletes before its making was answered is deleted everywhere, and not taken for one that is there', async () => {
  let isMade = false;
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const around = (system: MemorySystem): MemorySystem => ({
    ...system,
    write: async (write) => {
      const outcome = await system.write(write);
      if (system.id !== 'b' || outcome.kind !== 'written') return outcome;
      system.remove(GUEST, outcome.key);
      isMade = true;
      await answered;
      return outcome;
    },
  });
  house = openHouse(GUESTS, memoryLedger(), around);
  house.put('a', 'guest', 'a1', { name: 'Ann' });
  await house.start();
  await until(() => (isMade ? undefined : 'nothing is made in b'));
  const readUpTo = (): number =>
    house
      .engine()
      .status()
      .maps.find(({ system }) => system === 'b')?.upToMs ?? 0;
  const before = readUpTo();
  // The feed tells that a row is gone of which nobody knows.
  await until(() => (readUpTo() > before + 20 ? undefined : 'b was not read again'));
  answer();
  await until(() => (house.rows('a', 'guest').length === 0 ? undefined : 'a still has it'));
  expect((await house.records('guest')).map((record) => valueIn(record, '$life'))).toEqual(['deleted']);
});
