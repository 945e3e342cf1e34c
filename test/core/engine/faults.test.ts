import { memoryLedger } from '@concord/adapters';
import { ConcordError, entityName, keyOf, systemId, type Ledger, type Outcome } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const [A, B, ITEM] = [systemId('a'), systemId('b'), entityName('item')];
const BY = { by: 'Mia' };
const texts = (system: string) => house.rows(system, 'item').map(({ text }) => text);
const untilIn = (system: string, ...wanted: readonly string[]) =>
  until(() => (texts(system).join() === wanted.join() ? undefined : `${system} has ${texts(system).join()}`), 5000);
const circuit = () =>
  house
    .engine()
    .status()
    .deliveries.find(({ system }) => system === B)?.circuit;

/** A ledger whose disk is full as long as it is told so. */
function filling(): { readonly ledger: Ledger; full(on: boolean): void } {
  const ledger = memoryLedger();
  let isFull = false;
  return {
    full: (on) => void (isFull = on),
    ledger: {
      ...ledger,
      commit: (commit) => (isFull ? Promise.reject(new ConcordError('LEDGER_FULL', { file: 'x' })) : ledger.commit(commit)),
      counts: () => (isFull ? Promise.reject(new ConcordError('LEDGER_FULL', { file: 'x' })) : ledger.counts()),
    },
  };
}

test('a ledger that cannot be written keeps everything waiting, says so, and goes on; asked to stop meanwhile, it stops', async () => {
  const { ledger, full } = filling();
  house = openHouse(ITEM_YAML, ledger);
  house.put('a', 'item', '1', { code: 'C1', text: 'old' });
  await house.start();
  await untilIn('b', 'old');
  full(true);
  house.put('a', 'item', '1', { text: 'new' });
  await until(() => (house.engine().status().ledger?.code === 'LEDGER_FULL' ? undefined : 'it does not say so'), 5000);
  full(false);
  await untilIn('b', 'new');
  expect(house.engine().status().ledger).toBeUndefined();
  expect((await ledger.failures({ limit: 5 })).items).toEqual([]);
  full(true);
  house.put('a', 'item', '1', { text: 'newer' });
  await until(() => (house.engine().status().ledger ? undefined : 'it does not say so'), 5000);
  await house.stop();
  full(false);
  await house.start();
  await untilIn('b', 'newer');
});

test('a ledger that cannot be read for a while stops no map for good', async () => {
  const ledger = memoryLedger();
  let broken = false;
  const record: Ledger['record'] = (id) =>
    broken ? Promise.reject(new ConcordError('LEDGER_BROKEN', { file: 'x', words: 'EIO' })) : ledger.record(id);
  house = openHouse(ITEM_YAML, { ...ledger, record });
  house.put('a', 'item', '1', { code: 'C1', text: 'old' });
  await house.start();
  await untilIn('b', 'old');
  broken = true;
  house.put('a', 'item', '1', { text: 'new' });
  await until(
    () =>
      house
        .engine()
        .status()
        .maps.some(({ state }) => state === 'stopped')
        ? undefined
        : 'none is stopped',
    5000,
  );
  broken = false;
  await untilIn('b', 'new');
  expect((await ledger.failures({ limit: 5 })).items, 'it is no fault of a row').toEqual([]);
  await until(
    () =>
      house
        .engine()
        .status()
        .maps.every(({ state }) => state === 'live')
        ? undefined
        : 'not all live',
    5000,
  );
});

test('a row over which something breaks is set aside alone, over a restart too; the rest flows, and it is taken when it can be', async () => {
  let poisonous = true;
  house = openHouse(ITEM_YAML, memoryLedger(), (system) => ({
    ...system,
    dialect: {
      ...system.dialect,
      decode: (type, json) => {
        if (poisonous && json === 'poison') throw new Error('nobody foresaw this');
        return system.dialect.decode(type, json);
      },
    },
  }));
  house.put('a', 'item', '1', { code: 'C1', text: 'poison' });
  house.put('a', 'item', '2', { code: 'C2', text: 'fine' });
  await house.start();
  await untilIn('b', 'fine');
  const row = { system: A, entity: ITEM, key: keyOf('1') };
  expect(house.engine().aside()).toMatchObject([{ ...row, words: 'nobody foresaw this' }]);
  expect(await house.engine().releaseRow(row, { decision: 'retry', ...BY })).toBe('still');
  house.put('a', 'item', '2', { text: 'finer' });
  await untilIn('b', 'finer');
  await house.stop();
  await house.start();
  await until(() => (house.engine().aside().length === 1 ? undefined : 'it was forgotten'), 5000);
  poisonous = false;
  expect(await house.engine().releaseRow(row, { decision: 'retry', ...BY })).toBe('released');
  await untilIn('b', 'poison', 'finer');
  expect(house.engine().aside()).toEqual([]);
  expect(await house.engine().releaseRow(row, { decision: 'discard', ...BY })).toBe('gone');
  expect((await house.ledger.acts({ limit: 5 })).items).toMatchObject([{ operator: 'Mia', act: 'retry row' }, {}]);
});

/** Writes to `b` of rows with this code come to this. */
function refusing(answerOf: (code: unknown) => Outcome | undefined, attempts: { count: number } = { count: 0 }): void {
  house = openHouse(ITEM_YAML, memoryLedger(), (system) => ({
    ...system,
    write: async (write) => {
      const answer = system.id === B ? answerOf(write.columns['code']) : undefined;
      if (answer) attempts.count += 1;
      return answer ?? system.write(write);
    },
  }));
}

test('a write that never gets an answer while others do is parked, and what may have been sent is remembered', async () => {
  refusing((code) => (code === 'C1' ? { kind: 'unknown', words: 'silence' } : undefined));
  house.put('a', 'item', '1', { code: 'C1', text: 'lost' });
  await house.start();
  for (let item = 2; item < 40; item += 1) {
    house.put('a', 'item', String(item), { code: `C${item}`, text: 'fine' });
    await until(() => (texts('b').length === item - 1 ? undefined : `${texts('b').length}`), 5000);
  }
  let item = 100;
  await until(async () => {
    house.put('a', 'item', String(item), { code: `C${(item += 1)}`, text: 'fine' });
    return (await house.ledger.counts()).parked === 1 ? undefined : 'it is not parked';
  }, 20_000);
  const [row] = (await house.ledger.deliveries({ state: 'parked', limit: 5 })).items;
  expect(row?.words).toMatch(/times no answer came: silence/);
  expect((await house.ledger.record(row?.record ?? never()))?.links[B]?.unconfirmed?.length).toBeGreaterThan(0);
});

test('a system that answers nobody parks nobody: its circuit opens, one write at a time probes, and then all goes on', async () => {
  let down = true;
  const attempts = { count: 0 };
  refusing(() => (down ? { kind: 'unknown', words: 'silence' } : undefined), attempts);
  for (let item = 0; item < 6; item += 1) house.put('a', 'item', String(item), { code: `C${item}`, text: 'fine' });
  await house.start();
  await until(() => (attempts.count > 40 ? undefined : `${attempts.count} attempts`), 20_000);
  expect(circuit()).toMatchObject({ failures: expect.any(Number), state: expect.stringMatching(/open|probing/) });
  expect((await house.ledger.counts()).parked).toBe(0);
  down = false;
  await until(() => (texts('b').length === 6 ? undefined : 'not all are there'), 20_000);
  await until(() => (circuit()?.state === 'closed' ? undefined : 'not closed'));
});

test('told to slow down, half as much is under way at a time; with each round of answers it is one more', async () => {
  let throttle = false;
  refusing(() => (throttle ? { kind: 'throttled', retryAfterMs: 30 } : undefined));
  for (let item = 0; item < 10; item += 1) house.put('a', 'item', String(item), { code: `C${item}`, text: 'fine' });
  await house.start();
  await until(() => (texts('b').length === 10 ? undefined : 'not all are there'));
  expect(circuit()).toMatchObject({ state: 'closed', atOnce: 8 });
  throttle = true;
  house.put('a', 'item', '11', { code: 'C11', text: 'more' });
  await until(() => (circuit()?.state === 'open' ? undefined : 'not open'));
  throttle = false;
  await until(() => (texts('b').length === 11 ? undefined : 'not all are there'));
  const slow = circuit()?.atOnce ?? 8;
  expect(slow).toBeLessThan(8);
  for (let item = 20; item < 60; item += 1) house.put('a', 'item', String(item), { code: `C${item}`, text: 'fine' });
  await until(() => ((circuit()?.atOnce ?? 0) > slow ? undefined : 'still slow'));
});

test('while too many writes wait for a system, the feed that they come from keeps what it has; nothing is lost', async () => {
  house = openHouse(ITEM_YAML, memoryLedger(), undefined, { queueMax: 3 });
  house.put('a', 'item', '0', { code: 'C0', text: 'fine' });
  await house.start();
  await untilIn('b', 'fine');
  house.system('b').reach(false);
  const pressed = () =>
    house
      .engine()
      .status()
      .maps.find(({ system }) => system === A);
  for (let item = 1; item < 30; item += 1) {
    house.put('a', 'item', String(item), { code: `C${String(item).padStart(2, '0')}`, text: 'fine' });
    await until(async () =>
      (await house.records('item')).length > item || pressed()?.state === 'pressed' ? undefined : 'neither read nor kept',
    );
  }
  await until(() => (pressed()?.state === 'pressed' ? undefined : 'not pressed'));
  expect(pressed()?.words).toMatch(/writes to b wait/);
  expect((await house.records('item')).length).toBeLessThan(10);
  house.system('b').reach(true);
  await until(() => (texts('b').length === 30 ? undefined : `${texts('b').length} in b`));
  await until(() => (pressed()?.state === 'live' ? undefined : 'not live'));
});

function never(): never {
  throw new Error('it was there a moment ago');
}
