import { quickjsSandbox } from '@concord/adapters';
import {
  actorOf,
  customPolicy,
  opId,
  register,
  registerPolicyOf,
  systemId,
  type FieldType,
  type SystemId,
  type Value,
} from '@concord/core';
import { afterAll, expect, test } from 'vitest';
import { madeOf } from '../kit/policies.ts';

const over = (name: string, type: FieldType): register.RegisterPolicy => registerPolicyOf(madeOf(name, undefined, { type }), { type });
const SET = over('set', { kind: 'choices' });
const [FNO, CE] = [systemId('fno'), systemId('ce')];

/** A register, as it would be told step by step. */
function storyOf(policy: register.RegisterPolicy, start: Value) {
  let now: register.Register = register.BLANK;
  let count = 0;
  let sent = 0;
  const edit = (author: SystemId, value: Value, before?: Value): void => {
    count += 1;
    const stamp = { ms: 1000 * count, count: 0, system: author };
    now = register.admit(now, { op: opId(count, actorOf(author)), author, value, before, stamp, perhapsSeen: sent });
  };
  const write = (system: SystemId, number = now.count): Value | undefined => {
    sent = number;
    now = register.acknowledge(now, system, number);
    now = register.close(now, [FNO, CE], policy);
    return value();
  };
  const value = (): Value | undefined => register.answer(now, policy).value;
  edit(FNO, start);
  write(CE);
  const page = (): void => {
    sent = now.count;
  };
  return { edit, write, page, value, register: () => now };
}

test('seasons: what somebody saw and took out stays out, though edits crossed, and nothing that was added is lost', () => {
  const { edit, write, value, register: now } = storyOf(SET, '["Winter"]');
  edit(FNO, '["Summer","Winter"]', '["Winter"]');
  edit(CE, '["Spring","Winter"]', '["Winter"]');
  // F&O is told of Spring; CE is not told of Summer yet.
  expect(write(FNO)).toBe('["Spring","Summer","Winter"]');
  edit(FNO, '["Summer","Winter"]', '["Spring","Summer","Winter"]');
  edit(CE, '["Autumn","Spring","Winter"]', '["Spring","Winter"]');
  expect(value()).toBe('["Autumn","Summer","Winter"]');
  write(FNO);
  expect(write(CE)).toBe('["Autumn","Summer","Winter"]');
  expect(now().log).toEqual([]);
});

test('the word of a memo: what somebody saw and took out stays out, though edits crossed, and nothing that was written is lost', () => {
  const policy = over('text', { kind: 'text' });
  const { edit, write, value, register: now } = storyOf(policy, 'call the customer before noon and send the offer today');
  edit(FNO, 'call the customer before noon and send the offer today again', 'call the customer before noon and send the offer today');
  edit(CE, 'please call the customer before noon and send the offer today', 'call the customer before noon and send the offer today');
  expect(write(FNO)).toBe('please call the customer before noon and send the offer today again');
  edit(
    FNO,
    'call the customer before noon and send the offer today again',
    'please call the customer before noon and send the offer today again',
  );
  edit(
    CE,
    'please call the customer before noon and send the best offer today',
    'please call the customer before noon and send the offer today',
  );
  expect(value()).toBe('call the customer before noon and send the best offer today again');
  write(FNO);
  expect(write(CE)).toBe('call the customer before noon and send the best offer today again');
  expect(now().log).toEqual([]);
});

test('a birth in a late system meets what stands', () => {
  const { edit, value } = storyOf(SET, '["Winter"]');
  edit(systemId('pos'), '["Spring"]');
  expect(value()).toBe('["Spring","Winter"]');
});

test('a step that only a page showed is no draft: whoever ruled on that page has seen it, and nothing that came later', () => {
  const { edit, value, register: now } = storyOf(SET, '["Winter"]');
  edit(FNO, '["Spring","Winter"]', '["Winter"]');
  const page = now().count;
  const stamp = { ms: 9000, count: 0, system: FNO };
  const step = { op: opId(9, actorOf(FNO)), author: FNO, value: '["Autumn","Spring","Winter"]', before: '["Spring","Winter"]', stamp };
  const person = systemId('person');
  const ruling = {
    op: opId(10, actorOf(person)),
    author: person,
    value: '["Winter"]',
    stamp: { ...stamp, system: person },
    perhapsSeen: 0,
    page,
  };
  const ruled = register.admit(register.admit(now(), { ...step, perhapsSeen: page }), ruling);
  expect(register.answer(ruled, SET).value).toBe('["Autumn","Winter"]');
  expect(value()).toBe('["Spring","Winter"]');
});

test('who changed the answer by other fields has everybody written to', () => {
  const { write, register: now } = storyOf(SET, '["Winter"]');
  write(CE);
  expect(register.needsWrite(now(), FNO, SET)).toBe(false);
  expect(register.needsWrite(register.renumber(now()), FNO, SET)).toBe(true);
});

/** Two systems that edit one field so fast that each edit is under way when the next comes. */
function unceasing(policy: register.RegisterPolicy, edits: number): register.Register {
  let now: register.Register = { ...register.BLANK, acks: { fno: 0, ce: 0 } };
  for (let count = 1; count <= edits; count += 1) {
    const author = count % 2 === 0 ? FNO : CE;
    const before = count === 1 ? undefined : count - 1;
    const stamp = { ms: 1000 * count, count: 0, system: author };
    now = register.admit(now, { op: opId(count, actorOf(author)), author, value: count, before, stamp, perhapsSeen: now.count });
    now = register.close(now, [FNO, CE], policy);
  }
  return now;
}

test('more open edits than are weighed wait for a person, and a ruling is done with all of them', () => {
  const latest = over('latest', { kind: 'integer' });
  expect(register.isHeld(register.answer(unceasing(latest, register.OPEN_MAX), latest))).toBe(false);
  const many = unceasing(latest, register.OPEN_MAX + 1);
  const asked = register.answer(many, latest);
  expect(asked.resolution).toMatchObject({ kind: 'held', rule: 'too-many-open', code: 'C15' });
  expect(register.needsWrite(many, FNO, latest)).toBe(false);
  const person = systemId('person');
  const stamp = { ms: 99_000, count: 0, system: person };
  const ruled = register.admit(many, { op: opId(99, actorOf(person)), author: person, value: 7, stamp, perhapsSeen: 0 });
  expect(register.answer(ruled, latest)).toMatchObject({ value: 7 });
  const closed = register.close(ruled, [FNO, CE], latest);
  expect(closed.log.map(({ author }) => author)).toEqual([person]);
  expect(register.answer(closed, latest).value).toBe(7);
  // What each system shows is what it last set there, and is written over.
  expect([register.shows(closed, FNO, latest), register.shows(closed, CE, latest)]).toEqual([64, 65]);
  expect(register.needsWrite(closed, FNO, latest)).toBe(true);
});

test('changes of a counter close when everybody has acknowledged them, though each edit was made before the last was seen', () => {
  const policy = over('counter', { kind: 'integer' });
  const { edit, write, value, register: now } = storyOf(policy, 10);
  write(FNO);
  for (let step = 0; step < 40; step += 1) {
    // Each time CE changes what it shows while the write to it is under way.
    edit(FNO, 11 + step, 10 + step);
    const sent = now().count;
    edit(CE, 9 - step, 10 - step);
    expect(now().log.length).toBeLessThan(8);
    for (const system of [FNO, CE]) write(system, sent);
  }
  expect(value()).toBe(10);
});

const sandbox = quickjsSandbox();
afterAll(() => sandbox.close());

const TOTAL = `export default function decide({ open, agreed }) {
  const total = open.reduce((sum, edit) => sum + edit.value - (edit.from ?? 0), agreed ?? 0);
  return { value: total, reason: open.length + ' edits since ' + agreed };
}`;

test('a policy of the user’s own is told every edit since all agreed, also those that somebody has seen', () => {
  const type: FieldType = { kind: 'integer' };
  const made = madeOf('total', undefined, { type }, { total: customPolicy('total', TOTAL, sandbox) });
  const { edit, write, value } = storyOf(registerPolicyOf(made, { type }), 10);
  write(FNO);
  edit(FNO, 15, 10);
  write(FNO);
  edit(CE, 8, 10);
  edit(FNO, 16, 15);
  expect(value()).toBe(14);
});

test('a share is measured over all steps: a small one behind one that was too large waits with it', () => {
  const type: FieldType = { kind: 'integer' };
  const policy = registerPolicyOf(madeOf('reserve', { fno: 50, ce: 10 }, { type }), { type });
  const { edit, write, page, register: now } = storyOf(policy, 100);
  write(FNO);
  edit(CE, 91, 100);
  expect(register.isHeld(register.answer(now(), policy))).toBe(false);
  write(FNO);
  write(CE);
  edit(CE, 70, 91);
  expect(register.answer(now(), policy).resolution).toMatchObject({ kind: 'held', code: 'C11' });
  // A page was opened meanwhile, so that the next step is one of its own.
  page();
  edit(CE, 69, 70);
  expect(register.answer(now(), policy).resolution).toMatchObject({ kind: 'held', code: 'C11' });
});

const LINES = madeOf('items', { key: 'k' }, { type: { kind: 'json' } });
const lines = registerPolicyOf(LINES, { type: { kind: 'json' } });

test('who changes an item that another takes out keeps the whole of it, and what a third made of it', () => {
  const POS = systemId('pos');
  const { edit, write, value } = storyOf(lines, '[{"k":"p","n":1,"q":1}]');
  for (const system of [FNO, POS]) write(system);
  edit(FNO, '[]', '[{"k":"p","n":1,"q":1}]');
  edit(CE, '[{"k":"p","n":2,"q":1}]', '[{"k":"p","n":1,"q":1}]');
  edit(POS, '[{"k":"p","n":1,"q":6}]', '[{"k":"p","n":1,"q":1}]');
  expect(value()).toBe('[{"k":"p","n":2,"q":6}]');
});

test('where both took an item out and put it in anew, nothing of what they took out comes back', () => {
  const { edit, write, page, value } = storyOf(lines, '[{"c":"red","k":"p"}]');
  write(FNO);
  edit(FNO, '[]', '[{"c":"red","k":"p"}]');
  edit(CE, '[]', '[{"c":"red","k":"p"}]');
  page();
  edit(FNO, '[{"k":"p","n":1}]', '[]');
  edit(CE, '[{"k":"p","n":2}]', '[]');
  expect(value()).toBe('[{"k":"p","n":2}]');
});

test('members of a JSON value are registers of their own: what somebody saw and took out stays out, though edits crossed', () => {
  const type: FieldType = { kind: 'json' };
  const { edit, write, value } = storyOf(registerPolicyOf(madeOf('json', undefined, { type }), { type }), '{"a":1}');
  edit(FNO, '{"a":1,"b":1}', '{"a":1}');
  edit(CE, '{"a":1,"c":1}', '{"a":1}');
  expect(write(FNO)).toBe('{"a":1,"b":1,"c":1}');
  edit(FNO, '{"a":1,"b":1}', '{"a":1,"b":1,"c":1}');
  edit(CE, '{"a":2,"c":1}', '{"a":1,"c":1}');
  expect(value()).toBe('{"a":2,"b":1}');
});
