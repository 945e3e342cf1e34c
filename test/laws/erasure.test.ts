import { memoryLedger } from '@concord/adapters';
import { ConcordError, erasureIn, must, registersIn, verifyRecord, type RegisterRule, type Table, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, play, type Step } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { RULED, RULED_VALUES, RULES } from '../kit/ruled.ts';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, worldOf, type World } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];
const mixed = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green', null, 'ü😀'), 2_000_000_000);
const kinds = [
  ['single fields', tableOf(MIXED, { systems: SYSTEMS }), mixed],
  ['rules over whole records', tableOf(RULED, { systems: SYSTEMS, ...RULES }), RULED_VALUES],
] as const;

/** Everything that a world has come to, but for the words. */
function outcome({ record, rows, writes, plans }: World, since: number) {
  const registers = Object.entries(registersIn(must(record, 'there is one'))).map(([name, { value, count, ops, held, log, shadows }]) => ({
    name,
    value,
    count,
    ops,
    held,
    log: log.map(({ op }) => op),
    shadows,
  }));
  const steps = plans
    .slice(since)
    .map(({ deliveries, conflicts }) => ({ deliveries, conflicts: conflicts.map(({ id, state }) => ({ id, state })) }));
  return { registers, rows, writes, steps };
}

/** Puts the record into a ledger, has it erased there, and goes on with what is left. Answers false where it was refused. */
async function erased(world: World, table: Table, fields: readonly string[]): Promise<boolean> {
  const ledger = memoryLedger();
  for (const plan of world.plans) await ledger.commit({ plans: [plan], cursors: [], failures: [], acts: [] });
  const record = must(world.record, 'there is one');
  const tables = new Map([[record.entity, table]]);
  try {
    await erasureIn({ ledger, tables, nowMs: () => world.nowMs }, { record: record.id, fields, by: 'Mia' });
  } catch (thrown) {
    if (thrown instanceof ConcordError && thrown.code === 'ERASE_OPEN') return false;
    throw thrown;
  }
  world.record = { ...must(await ledger.record(record.id), 'it is there still'), revision: record.revision };
  const { items } = await ledger.changes(record.id, { limit: 500 });
  world.changes.splice(0, world.changes.length, ...items);
  return true;
}

for (const [title, table, values] of kinds) {
  const rules = [...table.registers.values()].filter((rule) => !table.map.key.includes(rule.name) && !rule.derived);
  const before = histories(SYSTEMS, values, { removals: false });
  const emptied = (steps: readonly Step[], { name, fields: own }: RegisterRule): World => {
    const world = worldOf(table);
    edit(world, FNO, { account: 'a' });
    play(world, steps);
    calm(world);
    for (const system of SYSTEMS) edit(world, system, { [name]: own.length > 1 ? own.map(() => null) : null });
    calm(world);
    return world;
  };

  test(`${title}: what is erased changes nothing that comes after, and the document is whole`, { timeout: LONG_MS }, async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(before, histories(SYSTEMS, values), fc.constantFrom(...rules), async (first, second, rule) => {
        const [plain, forgetful] = [emptied(first, rule), emptied(first, rule)];
        if (!(await erased(forgetful, table, rule.fields))) return;
        done += 1;
        const { record } = forgetful;
        expect(verifyRecord(table, must(record, 'there is one'), forgetful.changes)).toEqual([]);
        const since = plain.plans.length;
        for (const world of [plain, forgetful]) {
          play(world, second);
          calm(world);
        }
        expect(outcome(forgetful, since)).toEqual(outcome(plain, since));
        expect(verifyRecord(table, must(forgetful.record, 'there is one'), forgetful.changes)).toEqual([]);
      }),
      { numRuns: runs(50) },
    );
    expect(done, 'most are not refused').toBeGreaterThan(10);
  });
}
