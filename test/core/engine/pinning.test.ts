import { memoryLedger } from '@concord/adapters';
import { recordId } from '@concord/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const HOUR_MS = 3_600_000;

beforeEach(async () => {
  house = openHouse(
    `${ITEM_YAML}      twice: { a: twice, b: twice }
`,
    memoryLedger(),
  );
  house.put('a', 'item', 'i0', { code: 'C0', text: 'old' });
  await house.start();
  await both('old');
});

const textsIn = (system: string) => house.rows(system, 'item').map(({ text }) => String(text));
const both = (text: string) =>
  until(() => {
    const found = [...textsIn('a'), ...textsIn('b')].join();
    return found === `${text},${text}` && house.engine().isQuiet() ? undefined : `${found} instead of ${text}`;
  }, 5000);
const idOf = async () => (await house.records('item'))[0]?.id ?? recordId('none');
const pin = async (value?: string, forMs = HOUR_MS) =>
  house.engine().pin({
    record: await idOf(),
    register: 'text',
    by: 'Mia',
    note: 'until the audit is over',
    untilMs: Date.now() + forMs,
    ...(value === undefined ? {} : { value }),
  });
const changes = async () => (await house.ledger.changes(await idOf(), { limit: 500 })).items;

test('a pinned value is put back behind every edit, in the name of who pinned it; the edit stays in the history', async () => {
  expect(await pin('pinned')).toEqual({ kind: 'pinned' });
  await both('pinned');
  house.put('a', 'item', 'i0', { text: 'edited' });
  await until(async () =>
    (await changes()).some(({ edits }) => edits.some(({ value }) => value === 'edited')) ? undefined : 'not heard of',
  );
  await both('pinned');
  expect((await changes()).at(-1)).toMatchObject({ system: 'person', by: 'Mia', note: 'until the audit is over' });
  expect(house.engine().pins()).toMatchObject([{ register: 'text', by: 'Mia', words: 'until the audit is over', turns: 1 }]);
});

test('the value that stands is pinned where none is given; after its time the field is free, and keeps its value until then', async () => {
  await pin();
  house.put('a', 'item', 'i0', { text: 'edited' });
  await both('old');
  house.pass(HOUR_MS + 1000);
  expect(house.engine().pins()).toEqual([]);
  await both('old');
  house.put('a', 'item', 'i0', { text: 'free again' });
  await both('free again');
});

test('a pin outlasts a restart, and what was edited meanwhile goes back; unpinned, the field is free', async () => {
  await pin('pinned');
  await both('pinned');
  await house.stop();
  house.put('a', 'item', 'i0', { text: 'while stopped' });
  await house.start();
  await both('pinned');
  expect(await house.engine().unpin({ record: await idOf(), register: 'text', by: 'Tom' })).toBe('unpinned');
  expect(await house.engine().unpin({ record: await idOf(), register: 'text', by: 'Tom' })).toBe('gone');
  house.put('a', 'item', 'i0', { text: 'free' });
  await both('free');
  expect((await house.ledger.acts({ limit: 5 })).items.map(({ act, operator }) => [act, operator])).toEqual([
    ['unpin', 'Tom'],
    ['pin', 'Mia'],
  ]);
});

test('an automation that sets it again and again wins in the end, and somebody is told', async () => {
  await pin('pinned');
  for (let turn = 0; house.engine().pins().length > 0 && turn < 50; turn += 1) {
    house.put('a', 'item', 'i0', { text: `robot ${turn}` });
    await until(
      async () =>
        (await changes()).some(({ edits }) => edits.some(({ value }) => value === `robot ${turn}`)) ? undefined : 'not heard of',
      5000,
    );
    await until(() => (house.engine().isQuiet() ? undefined : 'busy'), 5000);
  }
  expect(house.engine().pins()).toEqual([]);
  expect((await house.ledger.failures({ limit: 5 })).items).toMatchObject([
    { code: 'C15', words: expect.stringContaining('pinned no longer') },
  ]);
});

test('the note in the ledger holds no value; a field that nobody has told, or a record that is not there, cannot be pinned', async () => {
  await pin('pinned');
  expect(JSON.stringify(await house.ledger.note('pins'))).not.toContain('"pinned"');
  const ask = { register: 'twice', by: 'Mia', untilMs: Date.now() + HOUR_MS };
  expect(await house.engine().pin({ ...ask, record: recordId('none') })).toEqual({ kind: 'unknown' });
  expect(await house.engine().pin({ ...ask, register: 'nothing', record: await idOf() })).toMatchObject({ kind: 'refused' });
});
