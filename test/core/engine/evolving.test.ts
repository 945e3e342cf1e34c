import { entityName, must } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openChanging, type Changing } from '../../kit/changing.ts';
import { until } from '../../kit/until.ts';

const ITEM = entityName('item');
const SIDES = ['a', 'b', 'c'].map((id) => [id, `    ${id}: { set: items, id: [id] }\n`] as const);

/** The item in these systems, with these fields beside its code. */
function item(systems: string, fields: Readonly<Record<string, string>>, more = ''): string {
  const ids = systems.split('');
  const sides = SIDES.filter(([id]) => ids.includes(id)).map(([, side]) => side);
  const code = `      code: { ${ids.map((id) => `${id}: code`).join(', ')} }\n`;
  const others = Object.entries(fields).map(([name, field]) => `      ${name}: { ${field} }\n`);
  return `${sides.join('')}    key: [code]\n${more}    fields:\n${code}${others.join('')}`;
}

const TEXT = 'a: text, b: text';
/** The telephone number of whichever item. */
const A_PHONE = /a [123]/u;

let house: Changing;
afterEach(() => house.stop());

async function begun(): Promise<void> {
  house = openChanging();
  for (const code of ['1', '2', '3']) house.put('a', `a${code}`, { code, text: `text ${code}`, phone: `a ${code}`, size: code });
  await house.become(item('ab', { text: TEXT }));
  await house.calm();
  expect(house.column('b', 'text')).toEqual({ 1: 'text 1', 2: 'text 2', 3: 'text 3' });
}

const due = async () => (await house.ledger.deliveries({ limit: 50 })).items;
const changesOf = () => house.engine().initial(ITEM)?.changes ?? [];
const actsOf = async () => (await house.ledger.acts({ limit: 20 })).items.filter(({ act }) => act === 'evolve');

test('a field that is added is read from every row and written to whoever lacks it', async () => {
  await begun();
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: phone' }));
  expect(changesOf()).toMatchObject([{ what: 'field', kind: 'added', name: 'phone', reaches: 'rows' }]);
  await house.calm();
  expect(house.column('b', 'phone')).toEqual({ 1: 'a 1', 2: 'a 2', 3: 'a 3' });
  expect(await actsOf()).toMatchObject([{ operator: 'concord', act: 'evolve', note: 'item: field added: phone' }]);
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: phone' }));
  await house.calm();
  expect(await actsOf(), 'it is carried out once').toHaveLength(1);
});

test('a system that is added gets every record, and its own rows are matched', async () => {
  await begun();
  house.put('c', 'x', { code: '2', text: null });
  house.put('c', 'y', { code: '9', text: 'of c' });
  await house.become(item('abc', { text: 'a: text, b: text, c: text' }));
  await house.calm();
  const all = { 1: 'text 1', 2: 'text 2', 3: 'text 3', 9: 'of c' };
  expect([house.column('a', 'text'), house.column('b', 'text'), house.column('c', 'text')]).toEqual([all, all, all]);
});

test('what differs because of the configuration is no divergence', async () => {
  await begun();
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: phone' }));
  await house.calm();
  const ended = house.engine().comparisons();
  expect(ended.map(({ by }) => by)).toEqual(['concord', 'concord']);
  expect(ended.map(({ unexplained }) => unexplained)).toEqual([0, 0]);
  expect((await house.ledger.failures({ limit: 20 })).items).toEqual([]);
});

test('with `ask` nothing is read or written before a person says so, whatever has changed', async () => {
  await begun();
  await house.become(item('ab', { text: `policy: { prefer: [b, a] }, ${TEXT}` }), { evolve: 'ask' });
  house.put('a', 'a1', { text: 'edited' });
  expect(house.engine().initial(ITEM)).toMatchObject({ state: 'kept', changes: [{ what: 'register', name: 'text', part: 'policy' }] });
  expect(
    house
      .engine()
      .status()
      .maps.map(({ state }) => state),
  ).toEqual(['kept', 'kept']);
  await house.become(item('ab', { text: `policy: { prefer: [b, a] }, ${TEXT}` }), { evolve: 'ask' });
  expect(house.engine().initial(ITEM)?.state, 'a restart is no yes').toBe('kept');
  expect(house.column('b', 'text')[1]).toBe('text 1');
  expect(await house.engine().beginInitial(ITEM, { by: 'Mia', note: 'change 4711' })).toBe('begun');
  await house.calm();
  expect(house.column('b', 'text')[1]).toBe('edited');
  expect(await actsOf()).toMatchObject([{ operator: 'Mia', note: 'item: change 4711: register changed: text (policy)' }]);
});

test('what was broken off begins again, also where the configuration was taken back', async () => {
  await begun();
  const withPhone = item('ab', { text: TEXT, phone: 'a: phone, b: phone' });
  house.system('b').reach(false);
  await house.become(withPhone);
  await until(() => (house.engine().comparisons().length > 0 ? undefined : 'a is not compared'));
  await house.become(withPhone);
  expect(changesOf()).toMatchObject([{ name: 'phone' }]);
  await house.become(item('ab', { text: TEXT }));
  expect(changesOf()).toMatchObject([{ kind: 'removed', name: 'phone' }]);
  house.system('b').reach(true);
  await house.calm();
  await house.become(withPhone);
  await house.calm();
  expect(house.column('b', 'phone')).toEqual({ 1: 'a 1', 2: 'a 2', 3: 'a 3' });
});

test('a computed field that is added, or computed otherwise, is computed for every record', async () => {
  await begun();
  const sized = (formula: string): string =>
    item('ab', { text: TEXT, size: 'type: integer, a: size, b: size', twice: `type: integer, derived: '${formula}', a: twice, b: twice` });
  await house.become(sized('size * 2'));
  await house.calm();
  expect([house.column('a', 'twice'), house.column('b', 'twice')].map((told) => Object.values(told))).toEqual([
    [2, 4, 6],
    [2, 4, 6],
  ]);
  await house.become(sized('size * 3'));
  await house.calm();
  expect(Object.values(house.column('b', 'twice'))).toEqual([3, 6, 9]);
});

test('a field of another type begins anew, and its open questions end', async () => {
  await begun();
  house.put('b', '1', { size: 'one' });
  await house.become(item('ab', { text: TEXT, size: 'policy: manual, a: size, b: size' }));
  await house.calm();
  const heldNow = async () => (await house.ledger.conflicts({ state: 'held', limit: 9 })).items.map(({ register }) => register);
  expect(await heldNow()).toEqual(['size']);
  house.put('b', '1', { size: 7 });
  await house.become(item('ab', { text: TEXT, size: 'type: integer, policy: max, a: size, b: size' }));
  expect(changesOf()).toContainEqual(expect.objectContaining({ what: 'field', name: 'size', part: 'type' }));
  await house.calm();
  expect(await heldNow()).toEqual([]);
  expect(Object.values(house.column('a', 'size')).map(Number)).toEqual([7, 2, 3]);
  expect(Object.values(house.column('b', 'size')).map(Number)).toEqual([7, 2, 3]);
});

test('of a field that begins anew, or is mirrored no more, the record keeps no value, and its history can be erased', async () => {
  await begun();
  const withPhone = (type: string): string => item('ab', { text: TEXT, phone: `type: ${type}, a: phone, b: phone` });
  await house.become(withPhone('text'));
  await house.calm();
  await house.become(withPhone('integer'));
  await house.calm();
  await house.become(item('ab', { text: TEXT }));
  await house.calm();
  const first = async () => must((await house.ledger.records({ limit: 1 })).items[0], 'there is one');
  expect(JSON.stringify(await first())).not.toMatch(A_PHONE);
  const { id } = await first();
  expect(JSON.stringify(await house.ledger.changes(id, { limit: 50 }))).toMatch(A_PHONE);
  await house.engine().erase({ record: id, fields: ['phone'], by: 'Mia' });
  expect(JSON.stringify(await house.ledger.changes(id, { limit: 50 }))).not.toMatch(A_PHONE);
});

test('a system that a field is told in, or written to, for the first time gets what it lacks', async () => {
  await begun();
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: { column: phone, only: read }' }));
  await house.calm();
  expect(Object.values(house.column('b', 'phone'))).toEqual([null, null, null]);
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: phone' }));
  await house.calm();
  expect(Object.values(house.column('b', 'phone'))).toEqual(['a 1', 'a 2', 'a 3']);
});

test('records are named by another key: a row that comes is matched by it', async () => {
  await begun();
  const byPhone = item('ab', { text: TEXT, phone: 'a: phone, b: phone' });
  await house.become(byPhone);
  await house.calm();
  await house.become(byPhone.replace('key: [code]', 'key: [phone]'));
  expect(changesOf()).toMatchObject([{ what: 'rule', name: 'key', reaches: 'records' }]);
  await house.calm();
  house.put('c', 'x', { code: 'C2', phone: 'a 2', text: null });
  const three = item('abc', { text: 'a: text, b: text, c: text', phone: 'a: phone, b: phone, c: phone' });
  await house.become(three.replace('key: [code]', 'key: [phone]'));
  await house.calm();
  expect(Object.keys(house.column('c', 'text')), 'no second row is made for it').toHaveLength(3);
  expect((await house.ledger.records({ limit: 9 })).items).toHaveLength(3);
});

test('a unique key holds for the records that exist', async () => {
  await begun();
  house.put('a', 'a3', { phone: 'a 1' });
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: phone' }));
  await house.calm();
  await house.become(item('ab', { text: TEXT, phone: 'a: phone, b: phone' }, '    unique: [{ fields: [phone], onViolation: manual }]\n'));
  await house.calm();
  const held = (await house.ledger.conflicts({ state: 'held', limit: 9 })).items;
  expect(held.map(({ code, register }) => [code, register])).toContainEqual(['C07', 'phone']);
});

test('what waits for a system that is mirrored no more waits no longer', async () => {
  await begun();
  await house.become(item('abc', { text: 'a: text, b: text, c: text' }));
  await house.calm();
  house.system('c').reach(false);
  house.put('a', 'a1', { text: 'edited' });
  await until(async () => ((await due()).some(({ system }) => system === 'c') ? undefined : 'nothing waits for c'));
  await house.become(item('ab', { text: TEXT }));
  await house.calm();
  expect(await due()).toEqual([]);
  expect(house.column('b', 'text')[1]).toBe('edited');
});

test('a column that takes the place of another is filled, and empties nothing', async () => {
  await begun();
  house.put('b', '2', { other: 'of b' });
  house.put('b', '3', { other: null });
  await house.become(item('ab', { text: 'a: text, b: other' }));
  expect(changesOf()).toMatchObject([{ what: 'field', name: 'text', system: 'b', part: 'column' }]);
  await house.calm();
  const all = { 1: 'text 1', 2: 'of b', 3: 'text 3' };
  expect([house.column('a', 'text'), house.column('b', 'other')]).toEqual([all, all]);
});

test('an entity that is mirrored again after it was not has its rows compared', async () => {
  await begun();
  await house.stop();
  await house.ledger.commit({ plans: [], cursors: [], failures: [], acts: [], notes: [{ name: 'maps', value: [] }] });
  await house.become(item('ab', { text: TEXT }));
  expect(changesOf()).toMatchObject([{ what: 'entity', kind: 'added', name: 'item', reaches: 'rows' }]);
  await house.calm();
  expect(changesOf()).toEqual([]);
});
