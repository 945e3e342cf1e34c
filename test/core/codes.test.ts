import { systemId, type ConflictCode, type Value } from '@concord/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ITEM_YAML, openHouse } from '../kit/house.ts';
import { until } from '../kit/until.ts';
import { CE, FNO, tableOf, type FieldPlan } from '../kit/tables.ts';
import { calm, deliver, edit, pull, remove, worldOf, type World } from '../kit/world.ts';

const whole = { kind: 'integer' } as const;

interface Situation {
  readonly fields?: Readonly<Record<string, FieldPlan>>;
  readonly options?: Parameters<typeof tableOf>[1];
  /** What all had agreed on. */
  readonly before?: Readonly<Record<string, Value>> | 'nothing';
  readonly happens: (world: World) => void;
}

function both(fno: Readonly<Record<string, Value>>, ce: Readonly<Record<string, Value>>): (world: World) => void {
  return (world) => {
    edit(world, FNO, fno);
    edit(world, CE, ce);
    for (const system of [FNO, CE]) pull(world, system);
  };
}

const LADDER = { name: 'rank', options: { order: ['Open', 'Picked', 'Sent'], until: { Canceled: 'Open' } } };
const TOTAL = {
  fields: { quantity: { type: whole }, total: { type: whole } },
  options: { derived: [{ field: 'total', text: 'quantity * 5' }] },
};

/** What the core tells. C07, C08 and C20 are the engine's. */
const situations: Readonly<Partial<Record<ConflictCode, Situation>>> = {
  C01: { happens: both({ name: 'a' }, { name: 'b' }) },
  C02: { ...TOTAL, happens: both({ quantity: 3 }, {}) },
  C03: { happens: both({ name: 'a' }, { name: 'a' }) },
  C04: { happens: (world) => (edit(world, FNO, { name: 'a' }), remove(world, CE), pull(world, CE), pull(world, FNO)) },
  C05: { happens: (world) => [FNO, CE].forEach((system) => (remove(world, system), pull(world, system))) },
  C06: { before: 'nothing', happens: both({ account: 'a', name: 'a' }, { account: 'a', name: 'b' }) },
  C09: { ...TOTAL, happens: both({ total: 4 }, {}) },
  C10: {
    fields: { name: { type: { kind: 'choice' }, policy: LADDER } },
    before: { name: 'Open' },
    happens: both({ name: 'Sent' }, { name: 'Canceled' }),
  },
  C11: {
    fields: { stock: { type: whole, policy: { name: 'bounded', options: { floor: 0 } } } },
    before: { stock: 5 },
    happens: both({ stock: 1 }, { stock: 2 }),
  },
  C13: { happens: (world) => ((world.refuse = () => 'not with us'), edit(world, FNO, { name: 'a' }), calm(world)) },
  C14: { happens: (world) => ((world.store = () => 'A'), edit(world, FNO, { name: 'a' }), calm(world)) },
  C15: {
    fields: { name: { policy: { name: 'owner', options: 'fno' } } },
    happens: (world) => [1, 2, 3].forEach(() => (edit(world, CE, { name: 'mine' }), calm(world))),
  },
  C16: {
    happens: (world) => {
      edit(world, FNO, { name: 'a' });
      const row = world.rows.get(FNO);
      if (row) row.version += 600_000;
      pull(world, FNO);
    },
  },
  C17: { fields: { name: { maxLength: { ce: 2 } } }, happens: (world) => (edit(world, FNO, { name: 'abc' }), calm(world)) },
  C18: {
    options: { systems: [FNO, CE] },
    happens: (world) => {
      both({ name: 'a' }, { name: 'b' })(world);
      edit(world, FNO, { name: 'c' });
      pull(world, FNO);
    },
  },
  C19: {
    fields: { stock: { type: whole, policy: { name: 'counter', options: undefined } } },
    before: {},
    happens: both({ stock: 1 }, { stock: 2 }),
  },
};

function codesTold({ plans }: World): readonly string[] {
  const told = plans.flatMap(({ changes, conflicts, failures }) => [
    ...changes.flatMap(({ resolutions }) => resolutions),
    ...conflicts,
    ...failures,
  ]);
  return told.map(({ code }) => code);
}

test('every code of the page is told in a situation here, or by the engine', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/policies.md'), 'utf8').split('## Codes')[1] ?? '';
  const codes = [...page.matchAll(/^\| (C\d\d) \|/gmu)].map(([, code]) => code ?? '');
  expect(codes).toHaveLength(20);
  const engine = ['C07', 'C08', 'C20'];
  const counted = [...page.matchAll(/^\| (C\d\d) \|[^|]*\| counted \|/gmu)].map(([, code]) => code ?? '');
  expect(counted).toEqual(['C12']);
  expect([...Object.keys(situations), ...engine, ...counted].toSorted()).toEqual(codes);
});

const B = systemId('b');

test('a stale write is counted, and told nowhere else', async () => {
  const house = openHouse(ITEM_YAML, undefined, (system) => {
    let wasStale = system.id !== B;
    return {
      ...system,
      async write(write) {
        const read =
          write.key !== undefined && write.kind === 'update' && !wasStale ? await system.read(write.entity, write.key) : undefined;
        if (read?.kind !== 'row') return system.write(write);
        wasStale = true;
        return { kind: 'stale', row: read.row };
      },
    };
  });
  await house.start();
  house.put('a', 'item', '1', { code: 'x', text: 'one' });
  await until(async () =>
    (await house.values('item', 'text')).length === 1 && house.rows('b', 'item').length === 1 ? undefined : 'not there',
  );
  house.put('a', 'item', '1', { text: 'two' });
  await until(() => (JSON.stringify(house.rows('b', 'item')).includes('two') ? undefined : 'not written'));
  expect(house.engine().status().tallies.writes[B]).toMatchObject({ stale: 1 });
  expect((await house.ledger.failures({ limit: 500 })).items).toEqual([]);
  await house.stop();
});

test.each(Object.entries(situations))('%s is told when it is so', (code, { fields, options, before = { name: 'x' }, happens }) => {
  const world = worldOf(tableOf({ account: {}, name: {}, ...fields }, options));
  if (before !== 'nothing') edit(world, FNO, { account: 'a', ...before });
  calm(world);
  expect(codesTold(world)).not.toContain(code);
  happens(world);
  deliver(world, FNO);
  expect(codesTold(world)).toContain(code);
});
