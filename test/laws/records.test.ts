import { LIFE, registerIn, registersIn, valueIn, type Value, frontierIn } from '@concord/core';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { expectAgreement, finish } from '../kit/agreement.ts';
import { histories, play } from '../kit/histories.ts';
import { hear, hearings } from '../kit/orders.ts';
import { RULED, RULED_VALUES, RULES } from '../kit/ruled.ts';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, ruleHeld, worldOf, type World } from '../kit/world.ts';

vi.setConfig({ testTimeout: LONG_MS });

const BOTH = [FNO, CE];
const ALL = [FNO, CE, POS];

/** What everybody can see of a record: each register's value, or that it waits. */
function seen({ record }: World): Readonly<Record<string, Value>> {
  const registers = Object.entries(record ? registersIn(record) : {});
  return Object.fromEntries(registers.map(([name, { held, value }]) => [name, held && !held.provisional ? 'waits' : value]));
}

const WORDS = fc.constantFrom<Value>('red', 'blue', 'a long text', 'another long text', null);

test('what one system cannot hold is held back from it alone: all else is written, and nothing is tried again for ever', () => {
  const table = tableOf({ account: {}, name: { maxLength: { pos: 4 } }, memo: { maxLength: { ce: 4 } }, phone: {} }, { systems: ALL });
  fc.assert(
    fc.property(histories(ALL, { account: fc.constant<Value>('a'), name: WORDS, memo: WORDS, phone: WORDS }), (steps) => {
      const world = worldOf(table);
      play(world, steps);
      finish(world);
      if (!world.record || valueIn(world.record, LIFE) !== 'live') return;
      for (const [system, row] of world.rows) {
        for (const [name, { value }] of Object.entries(registersIn(world.record))) {
          const longest = table.registers.get(name)?.map.fields[0].sides[system]?.maxLength ?? Number.POSITIVE_INFINITY;
          const held = world.record.links[system]?.withheld?.[name];
          if (name === LIFE) continue;
          if (typeof value === 'string' && value.length > longest && row?.values.get(name) !== value) expect(held?.words).toContain(name);
          else expect([name, row?.values.get(name) ?? null]).toEqual([name, value]);
        }
      }
    }),
    { numRuns: runs(100) },
  );
});

test('where refused values give way, the systems come to agree whatever one of them refuses, and nothing that lost is forgotten', () => {
  const fields = {
    account: {},
    name: {},
    status: { policy: { name: 'owner', options: 'fno' } },
    stock: { type: { kind: 'integer' as const } },
  };
  const table = tableOf(fields, { systems: ALL, refused: 'revert', delete: 'later-wins' });
  const values = { account: fc.constant<Value>('a'), name: WORDS, status: WORDS, stock: fc.integer({ min: 0, max: 9 }) };
  fc.assert(
    fc.property(histories(ALL, values, { removals: false }), (steps) => {
      const world = worldOf(table);
      world.refuse = (system, { name, status, stock, account }) =>
        // A row that is to be made has nothing to go back to.
        account === undefined && system === CE && (name === 'red' || status === 'blue' || stock === 7) ? 'not with us' : undefined;
      play(world, steps);
      finish(world);
      if (Object.values(world.record?.links ?? {}).every(({ state }) => state === 'present')) expectAgreement(world);
      const told = world.changes.flatMap(({ resolutions }) => resolutions).filter(({ code }) => code === 'C13');
      for (const { rule, reason, losers, base } of told) {
        expect([rule, reason]).toEqual(['refused', 'ce refused it: not with us']);
        // An edit that lost, or, where a gate had turned the edits away, what stood before them.
        expect(losers.length > 0 || base !== undefined).toBe(true);
      }
    }),
    { numRuns: runs(100) },
  );
});

const FIELDS = 3;

test('a provisional value is written to every system, is replaced by the ruling, and what it was chosen among is never lost', () => {
  const policy = { name: 'manual', options: { provisional: 'latest' } };
  const table = tableOf({ account: {}, contact: { policy }, name: {} }, { systems: ALL });
  let waited = 0;
  fc.assert(
    fc.property(histories(ALL, { account: fc.constant<Value>('a'), contact: WORDS, name: WORDS }, { removals: false }), (steps) => {
      const world = worldOf(table);
      play(world, steps);
      calm(world);
      const contact = world.record && registerIn(world.record, 'contact');
      if (!contact?.held) return;
      waited += 1;
      expect(contact.held.provisional).toBe(true);
      const rows = (): readonly unknown[] => [...world.rows.values()].map((row) => row?.values.get('contact') ?? null);
      expect(rows()).toEqual(ALL.map(() => contact.value));
      const known = world.changes.flatMap(({ edits }) => edits).map(({ register, value }) => JSON.stringify([register, value]));
      for (const { value } of frontierIn(contact)) expect(known).toContain(JSON.stringify(['contact', value]));
      // Others may wait beside it.
      for (let rulings = 0; rulings < FIELDS; rulings += 1) ruleHeld(world, () => 'as ruled');
      calm(world);
      expect(rows()).toEqual(ALL.map(() => 'as ruled'));
      const closed = world.plans.flatMap(({ conflicts }) => conflicts).findLast(({ register }) => register === 'contact');
      expect(closed).toMatchObject({ id: contact.held.id, state: 'resolved' });
      const told = closed?.resolution.losers.map(({ value }) => value) ?? [];
      for (const { value } of frontierIn(contact)) expect(told).toContainEqual(value);
    }),
    { numRuns: runs(150) },
  );
  expect(waited, 'some of them waited').toBeGreaterThan(0);
});

test('a field that waited for a person while its row was made anew is written to the new row once it waits no longer', () => {
  const world = worldOf(tableOf(RULED, { systems: BOTH, ...RULES }));
  play(world, [
    { kind: 'edit', system: CE, changes: { from: 0, until: 0 } },
    { kind: 'pull', system: CE },
    { kind: 'edit', system: FNO, changes: { from: 1 } },
    { kind: 'deliver', system: FNO },
    { kind: 'remove', system: CE },
  ]);
  finish(world);
  expect(world.rows.get(CE)?.values.get('until')).toBe(0);
  expectAgreement(world);
});

for (const systems of [BOTH, ALL]) {
  const table = tableOf(RULED, { systems, ...RULES });

  test(`${systems.length} systems: rules over several fields come to the same in whatever order concurrent edits are heard of`, () => {
    fc.assert(
      fc.property(hearings(systems, RULED_VALUES), ({ start, one, other }) => {
        const [first, second] = [one, other].map((acts) => {
          const world = worldOf(table);
          edit(world, FNO, start);
          finish(world);
          hear(world, acts);
          return seen(world);
        });
        expect(first).toEqual(second);
      }),
      { numRuns: runs(100) },
    );
  });

  test(`${systems.length} systems: with rules over several fields they come to agree after any history`, () => {
    fc.assert(
      fc.property(histories(systems, RULED_VALUES), (steps) => {
        const world = worldOf(table);
        play(world, steps);
        finish(world);
        expectAgreement(world);
        for (const { record } of world.plans) {
          for (const [name, { log, stable, count }] of Object.entries(registersIn(record))) {
            const numbers = [stable?.number ?? 0, ...log.map(({ number }) => number), count + 1];
            expect([name, numbers], 'each merged value has a number of its own').toEqual([
              name,
              [...new Set(numbers)].toSorted((a, b) => a - b),
            ]);
          }
        }
        const { writes } = world;
        const { length } = world.changes;
        calm(world);
        expect([world.writes, world.changes.length], 'once calm, nothing more happens').toEqual([writes, length]);
      }),
      { numRuns: runs(100) },
    );
  });
}
