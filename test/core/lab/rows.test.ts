import { momentsOf, openFieldPlayer, openRowPlayer, presetOf, type Loss, type Player } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, tableOf } from '../../kit/tables.ts';
import { calm, edit, pull, remove, worldOf, type World } from '../../kit/world.ts';

const table = tableOf({ account: {}, name: {}, phone: {}, limit: {} });

/** A customer that both systems know and agree on. */
function settledWorld(): World {
  const world = worldOf(table);
  edit(world, FNO, { account: 'a', name: 'Acme', phone: '1', limit: 'low' });
  calm(world);
  return world;
}

async function under(world: World, name: string): Promise<Player> {
  const preset = presetOf(name, [FNO, CE]);
  if (!preset) throw new Error(`there is no preset ${name}`);
  return playedBy(world, openRowPlayer(table, preset));
}

async function playedBy(world: World, player: Player): Promise<Player> {
  for await (const moment of momentsOf(world.changes)) player.take(moment);
  return player;
}

const told = (losses: readonly Loss[]) => losses.map(({ edit: { system, register, value }, stands }) => [system, register, value, stands]);

test('dual-write: of two saves that did not know each other the one that comes last stands, with every field that its author never touched', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: '2' });
  edit(world, FNO, { limit: 'high' });
  pull(world, CE);
  pull(world, FNO);
  calm(world);
  const player = await under(world, 'dual-write');
  expect(told(player.losses())).toEqual([['ce', 'phone', '2', '1']]);
  expect(player.standing('phone')?.value).toBe('1');
  expect(player.standing('limit')?.value).toBe('high');
  expect((await playedBy(world, openFieldPlayer(table))).losses()).toEqual([]);
});

test('dual-write asks nobody for the time: an old save that is carried over late still stands; newer-wins lets the newer one stand', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: 'early' });
  edit(world, FNO, { phone: 'late' });
  pull(world, FNO);
  pull(world, CE);
  expect((await under(world, 'dual-write')).standing('phone')?.value).toBe('early');
  expect((await under(world, 'newer-wins')).standing('phone')?.value).toBe('late');
});

test('newer-wins: the older save is dropped as a whole', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: '2', name: 'Acme Ltd' });
  edit(world, FNO, { limit: 'high' });
  pull(world, FNO);
  pull(world, CE);
  const player = await under(world, 'newer-wins');
  expect(told(player.losses())).toEqual([
    ['ce', 'name', 'Acme Ltd', 'Acme'],
    ['ce', 'phone', '2', '1'],
  ]);
});

test('one-master: what is edited elsewhere goes nowhere', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: '2' });
  calm(world);
  edit(world, FNO, { limit: 'high' });
  calm(world);
  const player = await under(world, 'one-master:fno');
  expect(told(player.losses())).toEqual([['ce', 'phone', '2', '1']]);
  expect(player.standing('limit')?.value).toBe('high');
});

test('who saves again before they have seen the other carries their own earlier edit along', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: '2' });
  pull(world, CE);
  edit(world, FNO, { limit: 'high' });
  pull(world, FNO);
  edit(world, CE, { name: 'Acme Ltd' });
  pull(world, CE);
  const player = await under(world, 'dual-write');
  expect(told(player.losses())).toEqual([['fno', 'limit', 'high', 'low']]);
  expect(player.standing('phone')?.value).toBe('2');
});

test('a deletion takes with it what the other side edited meanwhile', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: '2' });
  remove(world, FNO);
  pull(world, CE);
  pull(world, FNO);
  expect(told((await under(world, 'dual-write')).losses())).toEqual([['ce', 'phone', '2', 'deleted']]);
});

test('what two systems held when they were first read is nobody’s save', async () => {
  const world = worldOf(table);
  edit(world, FNO, { account: 'a', name: 'Acme', phone: '1' });
  edit(world, CE, { account: 'a', name: 'Acme Ltd', phone: '2' });
  pull(world, FNO);
  pull(world, CE);
  expect((await under(world, 'dual-write')).losses()).toEqual([]);
});

test.each(['dual', 'one-master:sap', 'one-master:', ''])('"%s" is no preset', (name) => {
  expect(presetOf(name, [FNO, CE])).toBeUndefined();
});

test('field by field: what its author took back before they knew is not lost; what they edited on after seeing the outcome is', async () => {
  const world = settledWorld();
  edit(world, CE, { phone: 'early' });
  edit(world, FNO, { phone: 'late' });
  pull(world, CE);
  pull(world, FNO);
  const losses = async () => told((await playedBy(world, openFieldPlayer(table))).losses());
  expect(await losses()).toEqual([['ce', 'phone', 'early', 'late']]);
  edit(world, CE, { phone: 'again' });
  pull(world, CE);
  expect(await losses()).toEqual([['fno', 'phone', 'late', 'again']]);
  calm(world);
  edit(world, FNO, { phone: 'last' });
  calm(world);
  expect(await losses()).toEqual([['fno', 'phone', 'late', 'again']]);
});
