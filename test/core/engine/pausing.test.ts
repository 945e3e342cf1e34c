import { memoryLedger } from '@concord/adapters';
import { entityName, systemId, type Cursor, type PauseAsk } from '@concord/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const [A, B, ITEM] = [systemId('a'), systemId('b'), entityName('item')];
const ITEMS = 5;
const by = (act: PauseAsk['act']): PauseAsk => ({ act, by: 'Mia', note: 'the month is closed' });

/** What was asked of system `b`, and where its feed was read from. */
let asked: string[] = [];
let from: (Cursor | undefined)[] = [];

beforeEach(async () => {
  [asked, from] = [[], []];
  house = openHouse(ITEM_YAML, memoryLedger(), (system) =>
    system.id === A
      ? system
      : {
          ...system,
          changes(entity, cursor) {
            asked.push('changes');
            from.push(cursor);
            return system.changes(entity, cursor);
          },
          read(entity, key) {
            asked.push('read');
            return system.read(entity, key);
          },
          write(write) {
            asked.push('write');
            return system.write(write);
          },
        },
  );
  for (let item = 0; item < ITEMS; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'old' });
  await house.start();
  await quiet();
});

/** Edits the row of `b` with this code; its keys are its own. */
function editInB(code: string, text: string): void {
  const row = house
    .system('b')
    .rows(ITEM)
    .find(({ columns }) => columns['code'] === code);
  if (!row) throw new Error(`there is no ${code} in b`);
  house.put('b', 'item', row.key, { text });
}

const textsIn = (system: string) => house.rows(system, 'item').map(({ code, text }) => `${String(code)} ${String(text)}`);
const same = () =>
  JSON.stringify(textsIn('a')) === JSON.stringify(textsIn('b')) ? undefined : `${textsIn('a').join()}\n${textsIn('b').join()}`;
const quiet = () => until(() => same() ?? (house.engine().isQuiet() ? undefined : 'busy'), 5000);
const mapOf = () =>
  house
    .engine()
    .status()
    .maps.find(({ system }) => system === B);
const pause = (act: PauseAsk['act']) => house.engine().pause(B, ITEM, by(act));

/** Waits until what was put into `a` is in the ledger: then it would be on its way to `b`. */
const untilKnown = (text: string) =>
  until(async () => ((await house.values('item', 'text')).includes(text) ? undefined : `${text} is not known`), 5000);

/** What is under way has come to its end: the feed of `a` was read a few times more. */
async function afterAWhile(): Promise<void> {
  const before =
    house
      .engine()
      .status()
      .maps.find(({ system }) => system === A)?.upToMs ?? 0;
  await until(
    () =>
      (house
        .engine()
        .status()
        .maps.find(({ system }) => system === A)?.upToMs ?? 0) >
      before + 30
        ? undefined
        : 'not yet',
    5000,
  );
}

test('a paused map is neither read nor written, whatever is edited or hinted; resumed, it catches up and loses nothing', async () => {
  expect(await pause('pause')).toBe('done');
  expect(await pause('pause')).toBe('idle');
  expect(mapOf()).toMatchObject({ state: 'paused', pause: { kind: 'paused', by: 'Mia', note: 'the month is closed' } });
  await afterAWhile();
  asked = [];
  for (const text of ['one', 'two', 'three']) {
    house.put('a', 'item', 'i0', { text });
    await untilKnown(text);
  }
  editInB('C1', 'from b');
  house.put('a', 'item', 'i9', { code: 'C9', text: 'born meanwhile' });
  await untilKnown('born meanwhile');
  house.engine().hint(B, null, {});
  await afterAWhile();
  expect(asked).toEqual([]);
  expect(house.engine().isQuiet(), 'nothing is left to do').toBe(true);
  expect(
    house
      .engine()
      .status()
      .deliveries.find(({ system }) => system === B)?.waiting,
    'what waits, waits in the ledger',
  ).toBe(0);
  expect((await house.ledger.deliveries({ limit: 50, system: B })).items).toHaveLength(2);
  expect(await pause('resume')).toBe('done');
  await quiet();
  expect(textsIn('a').toSorted()).toEqual(['C0 three', 'C1 from b', 'C2 old', 'C3 old', 'C4 old', 'C9 born meanwhile']);
  expect(from.at(-1), 'it goes on where it was').toBeDefined();
  expect(await pause('resume')).toBe('idle');
});

test('a pause outlasts a restart; who, when and why stand in the ledger, and so do the acts', async () => {
  await pause('pause');
  const since = mapOf()?.pause?.sinceMs;
  await house.stop();
  house.put('a', 'item', 'i0', { text: 'while stopped' });
  asked = [];
  await house.start();
  await untilKnown('while stopped');
  await afterAWhile();
  expect(asked).toEqual([]);
  expect(mapOf()).toMatchObject({ state: 'paused', pause: { by: 'Mia', sinceMs: since } });
  await pause('resume');
  await quiet();
  const acts = (await house.ledger.acts({ limit: 5 })).items;
  expect(acts.map(({ act, operator, note }) => [act, operator, note])).toEqual([
    ['map resume', 'Mia', 'item in b: the month is closed'],
    ['map pause', 'Mia', 'item in b: the month is closed'],
  ]);
});

test('a map that was stopped is not resumed but started, and then lists everything anew', async () => {
  expect(await pause('stop')).toBe('done');
  expect(await pause('resume')).toBe('idle');
  house.put('a', 'item', 'i0', { text: 'meanwhile' });
  editInB('C1', 'from b');
  await untilKnown('meanwhile');
  await afterAWhile();
  from = [];
  expect(await pause('start')).toBe('done');
  await quiet();
  expect(textsIn('b').toSorted()).toEqual(['C0 meanwhile', 'C1 from b', 'C2 old', 'C3 old', 'C4 old']);
  expect(from[0]).toBeUndefined();
  expect(await house.engine().pause(B, entityName('other'), by('pause'))).toBe('unknown');
});
