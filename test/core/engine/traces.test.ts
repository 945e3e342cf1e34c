import { memoryLedger } from '@concord/adapters';
import { systemId } from '@concord/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { livedThrough, peopleIn, SECRETS, untilSame } from '../../kit/erasing.ts';
import type { House } from '../../kit/house.ts';
import { spanBook, type SpanTold } from '../../kit/spans.ts';
import { until } from '../../kit/until.ts';

let house: House;
let book: ReturnType<typeof spanBook>;
beforeEach(async () => {
  book = spanBook();
  house = peopleIn(memoryLedger(), book.tracing);
});
afterEach(() => house.stop());

const PERSON = { code: 'P1', name: 'first', phone: '1', street: 's', mail: 'm', size: 1 };

async function begun(): Promise<void> {
  house.put('a', 'guest', 'k1', PERSON);
  await house.start();
  await untilSame(house);
}

/** From where a hop is, to where it began. */
function wayTo(last: SpanTold | undefined): readonly string[] {
  const before = book.ended.find(({ at }) => at === last?.from);
  return last ? [...wayTo(before), last.hop] : [];
}

/** Where one field was edited, and not everything for the first time; what is computed of it may be there too. */
const lastOf = (hop: SpanTold['hop'], field: string): SpanTold | undefined =>
  book.ended.findLast(
    ({ hop: is, attributes }) => is === hop && /^(\w+)(,label)?$/u.exec(String(attributes['concord.fields']))?.[1] === field,
  );

test('an edit is heard, observed, committed, delivered and settled, one hop led to by the other', async () => {
  await begun();
  house.put('a', 'guest', 'k1', { name: 'second' });
  await untilSame(house);
  const sent = lastOf('deliver', 'name');
  expect(wayTo(book.ended.find(({ hop, from }) => hop === 'settle' && from === sent?.at))).toEqual([
    'hear',
    'observe',
    'commit',
    'deliver',
    'settle',
  ]);
  expect(book.open()).toBe(0);
});

test('a write that was planned before a start begins a trace of its own, and says so', async () => {
  await begun();
  house.system('b').reach(false);
  house.put('a', 'guest', 'k1', { phone: '2' });
  await until(() => (lastOf('commit', 'phone') ? undefined : 'it is not committed'));
  await house.stop();
  await house.open();
  house.system('b').reach(true);
  await untilSame(house);
  const sent = lastOf('deliver', 'phone');
  expect(wayTo(sent)).toEqual(['deliver']);
  expect(sent?.attributes).toMatchObject({
    'concord.origin': 'unknown',
    'concord.changes': lastOf('commit', 'phone')?.attributes['concord.changes'],
  });
});

test('what was planned while another write of the record waited is led to by the later one, and tied to the earlier', async () => {
  await begun();
  house.system('b').reach(false);
  house.put('a', 'guest', 'k1', { phone: '2' });
  await until(() => (lastOf('deliver', 'phone')?.isFailure ? undefined : 'it was not tried'));
  const before = book.ended.length;
  house.put('a', 'guest', 'k1', { mail: 'n' });
  await until(() => (lastOf('commit', 'mail') ? undefined : 'mail is not committed'));
  house.system('b').reach(true);
  await untilSame(house);
  const sent = book.ended.slice(before).findLast(({ hop, isFailure }) => hop === 'deliver' && !isFailure);
  expect(wayTo(sent)).toEqual(['hear', 'observe', 'commit', 'deliver']);
  expect(sent?.from).toBe(lastOf('commit', 'mail')?.at);
  expect(sent?.also).toContain(lastOf('commit', 'phone')?.at);
});

test('each try of a write is told, with its number and how it ended', async () => {
  await begun();
  house.system('b').reach(false);
  house.put('a', 'guest', 'k1', { name: 'second' });
  await until(() => (book.ended.filter(({ isFailure }) => isFailure).length > 1 ? undefined : 'it was not tried twice'));
  house.system('b').reach(true);
  await untilSame(house);
  const tries = book.ended.filter(
    ({ hop, attributes }) =>
      hop === 'deliver' && String(attributes['concord.fields']) === 'name,label' && attributes['concord.system'] === 'b',
  );
  expect(tries.at(0)).toMatchObject({ isFailure: true });
  expect(tries.at(-1)).toMatchObject({ isFailure: false, attributes: { 'concord.outcome': 'written' } });
});

test('a write that meets a newer row leads on to the next: the way goes through its answer', async () => {
  await begun();
  const b = house.system('b');
  const { write } = b;
  let met = false;
  Object.assign(b, {
    write: (asked: Parameters<typeof write>[0]) => {
      if (!met) house.put('b', 'guest', asked.key ?? '', { mail: 'theirs' });
      met = true;
      return write(asked);
    },
  });
  house.put('a', 'guest', 'k1', { phone: '2' });
  await untilSame(house);
  const sent = lastOf('deliver', 'phone');
  expect(sent?.attributes).toMatchObject({ 'concord.outcome': 'written' });
  expect(wayTo(sent)).toEqual(['hear', 'observe', 'commit', 'deliver', 'settle', 'deliver']);
});

test('a deletion is told as an edit is', async () => {
  await begun();
  house.remove('a', 'guest', 'k1');
  await until(() => (house.rows('b', 'guest').length === 0 && house.engine().isQuiet() ? undefined : 'it is there'));
  const sent = book.ended.findLast(({ attributes }) => attributes['concord.write'] === 'delete');
  expect(wayTo(sent)).toEqual(['hear', 'observe', 'commit', 'deliver']);
});

test('what a person decides begins at the commit', async () => {
  await begun();
  house.system('b').reach(false);
  const [record] = await house.records('guest');
  const keyInB = record?.links[systemId('b')]?.key ?? '';
  house.put('b', 'guest', keyInB, { street: 'theirs' });
  house.put('a', 'guest', 'k1', { street: 'ours' });
  house.system('b').reach(true);
  await until(async () => ((await house.held()).length > 0 ? undefined : 'nothing is held'));
  const [conflict] = await house.held();
  const before = book.ended.length;
  if (conflict) await house.engine().resolve({ conflict: conflict.id, choice: { side: systemId('a') }, by: 'Mia' });
  await untilSame(house);
  const sent = book.ended
    .slice(before)
    .find(({ hop, attributes }) => hop === 'deliver' && [attributes['concord.fields']].flat().includes('street'));
  expect(wayTo(sent)).toEqual(['commit', 'deliver']);
  expect(book.ended.some(({ attributes }) => [attributes['concord.held']].flat().includes('street'))).toBe(true);
});

test('a write that the adapter breaks over is told as failed, and leaves nothing open', async () => {
  await begun();
  const b = house.system('b');
  const { write } = b;
  let broken = 0;
  Object.assign(b, {
    write: (asked: Parameters<typeof write>[0]) => {
      broken += 1;
      return broken === 1 ? Promise.reject(new Error('defect')) : write(asked);
    },
  });
  house.put('a', 'guest', 'k1', { name: 'second' });
  await untilSame(house);
  expect(broken).toBeGreaterThan(1);
  expect(book.ended.some(({ hop, isFailure }) => hop === 'deliver' && isFailure)).toBe(true);
  expect(book.open()).toBe(0);
});

test('whatever people live through, no value is told', async () => {
  await livedThrough(house);
  expect(book.ended.length).toBeGreaterThan(20);
  expect(book.ended.filter(({ attributes }) => attributes['concord.origin'] !== undefined)).toEqual([]);
  for (const secret of SECRETS) expect(JSON.stringify(book.ended)).not.toContain(secret);
});
