import { actorOf, opId, register, registerPolicyOf, systemId, type FieldType, type SystemId, type Value } from '@concord/core';
import { expect, test } from 'vitest';
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
  const write = (system: SystemId): Value | undefined => {
    sent = now.count;
    now = register.acknowledge(now, system, now.count);
    now = register.close(now, [FNO, CE], policy);
    return value();
  };
  const value = (): Value | undefined => register.answer(now, policy).value;
  edit(FNO, start);
  write(CE);
  return { edit, write, value, register: () => now };
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

test('while nothing is open a register is written as five scalars', () => {
  const { write, register: now } = storyOf(SET, '["Winter"]');
  write(CE);
  const names = { authors: [FNO, CE], systems: [FNO, CE] };
  expect(register.pack(now(), names)).toEqual(['["Winter"]', 1, '1.0', 0, 1000]);
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
