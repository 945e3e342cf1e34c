import { momentsOf, openFieldPlayer, type SystemId } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, tableOf } from '../../kit/tables.ts';
import { calm, edit, pull, worldOf } from '../../kit/world.ts';

/** As it was: nothing looks at anything. */
const latest = tableOf({ account: {}, status: {}, price: {} });
const frozen = tableOf({ account: {}, status: {}, price: { policy: { name: 'freeze', options: { when: 'status == "Invoiced"' } } } });

/** A price is changed in one system, and the other closes the record; told in this order, with everything told in between or not. */
async function priceUnder(told: readonly [SystemId, SystemId], isSeen: boolean): Promise<unknown> {
  const world = worldOf(latest);
  edit(world, FNO, { account: 'a', status: 'Open', price: '10' });
  calm(world);
  edit(world, FNO, { price: '20' });
  if (isSeen) calm(world);
  edit(world, CE, { status: 'Invoiced' });
  for (const system of told) pull(world, system);
  calm(world);
  const player = openFieldPlayer(frozen);
  for await (const moment of momentsOf(world.changes)) player.take(moment);
  return player.standing('price')?.value;
}

test('an edit that whoever closed the record had not seen is undone, whichever of the two was heard first', async () => {
  expect(await priceUnder([FNO, CE], false)).toBe('10');
  expect(await priceUnder([CE, FNO], false)).toBe('10');
});

test('an edit that all had seen when the record was closed stands', async () => {
  expect(await priceUnder([FNO, CE], true)).toBe('20');
  expect(await priceUnder([CE, FNO], true)).toBe('20');
});
