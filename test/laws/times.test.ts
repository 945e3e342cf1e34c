import {
  happenedBy,
  LIFE,
  must,
  opId,
  actorOf,
  register as rules,
  registerPolicyOf,
  registersIn,
  valueIn,
  versionsAt,
  type ChangeRow,
  type EditTold,
  type RegisterRule,
  type Value,
} from '@concord/core';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { histories, play } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { worldOf, type World } from '../kit/world.ts';

vi.setConfig({ testTimeout: LONG_MS });

const SYSTEMS = [FNO, CE, POS];
const TABLE = tableOf(
  {
    ...MIXED,
    tags: { type: { kind: 'choices' }, policy: { name: 'set', options: undefined } },
    oldest: { policy: { name: 'first', options: undefined } },
  },
  { systems: SYSTEMS },
);
const VALUES = {
  ...mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green'), 1000),
  tags: fc.constantFrom<Value>('["a"]', '["a","b"]', '["b","c"]', null),
  oldest: fc.constantFrom<Value>('x', 'y', null),
};
const made = histories(SYSTEMS, VALUES);

/** What the record holds, by register. */
const standing = ({ record }: World) =>
  record ? Object.fromEntries(Object.keys(registersIn(record)).map((name) => [name, valueIn(record, name)])) : {};

test('what was known at an instant is what the record held then, whatever was heard of later, and though a clock was set back', async () => {
  await fc.assert(
    fc.asyncProperty(made, fc.infiniteStream(fc.integer({ min: -1500, max: 4000 })), async (steps, leaps) => {
      const world = worldOf(TABLE);
      const held: { readonly seq: number; readonly ms: number; readonly values: ReturnType<typeof standing> }[] = [];
      let latestMs = Number.NEGATIVE_INFINITY;
      for (const step of steps) {
        // Before its own time nobody has heard of anything, but a clock of ours may be set back between.
        const before = world.changes.length;
        world.nowMs += must(leaps.next().value, 'there is no end of them');
        play(world, [step]);
        const last = world.changes.at(-1);
        if (!last || world.changes.length === before) continue;
        latestMs = Math.max(latestMs, must(last.knownAtMs, 'it is kept'));
        held.push({ seq: last.seq, ms: latestMs, values: standing(world) });
      }
      for (const { ms } of held) {
        const then = must(
          held.findLast((one) => one.ms <= ms),
          'itself at least',
        );
        const [found] = await versionsAt(everyOf(world.changes), [{ knownAtMs: ms }]);
        expect(found?.seq).toBe(then.seq);
        expect(filled(found?.values ?? {})).toEqual(filled(byField(then.values)));
      }
    }),
    { numRuns: runs(60) },
  );
});

test('what had happened by an instant is what its edits come to and no others, in a log that never closes', async () => {
  await fc.assert(
    fc.asyncProperty(made, async (steps) => {
      const world = worldOf(TABLE);
      play(world, steps);
      const times = [...new Set(world.changes.flatMap(({ edits }) => edits.map(({ stamp }) => stamp.ms)))];
      for (const byMs of times) {
        const found = await happenedBy(TABLE, everyOf(world.changes), byMs);
        for (const rule of TABLE.registers.values()) expectMeant(rule, world.changes, byMs, found);
      }
    }),
    { numRuns: runs(60) },
  );
});

function expectMeant(rule: RegisterRule, changes: readonly ChangeRow[], byMs: number, found: Awaited<ReturnType<typeof happenedBy>>): void {
  const log = happened(changes, rule.name, byMs);
  const policy = registerPolicyOf(rule, { type: rule.type });
  const meant = rules.answer({ log, stable: undefined, count: log.at(-1)?.number ?? 0, acks: {} }, policy);
  if (log.length === 0 || rules.isHeld(meant)) return;
  const told = found.kind === 'told' ? rule.fields.map((field) => found.version.values[field] ?? null) : [];
  const value = meant.value ?? null;
  expect({ register: rule.name, byMs, told }).toEqual({ register: rule.name, byMs, told: Array.isArray(value) ? value : [value] });
}

/** The edits of a register that had happened, with none that another of them stands for. */
function happened(changes: readonly ChangeRow[], name: string, byMs: number) {
  const all = changes.flatMap(({ edits }) => edits.filter(({ register }) => register === name));
  const times = new Map<EditTold, number>();
  for (const edit of all) {
    // An author had seen whatever was merged by then, and what they did themselves.
    const past = all.filter((other) => other.number < edit.number && (other.number <= edit.saw || other.system === edit.system));
    times.set(edit, Math.max(edit.stamp.ms, ...past.map((other) => times.get(other) ?? 0)));
  }
  const known = all.filter((edit) => (times.get(edit) ?? 0) <= byMs);
  const joined = new Set(known.map(({ joins }) => joins));
  return known
    .filter(({ number }) => !joined.has(number))
    .map(({ system: author, value, on, saw, number, stamp, by, or }) => {
      const before = author === 'person' ? undefined : on;
      return { op: opId(number, actorOf(author)), author, value, before, saw, number, stamp, by, or };
    });
}

function byField(values: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const fields = name === LIFE ? [LIFE] : must(TABLE.registers.get(name), 'it is in the table').fields;
      return fields.map((field, index) => [field, Array.isArray(value) ? value[index] : value] as const);
    }),
  );
}

/** A field that nobody has told yet is no different from an empty one. */
function filled(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

async function* everyOf(changes: readonly ChangeRow[]): AsyncGenerator<ChangeRow> {
  yield* changes;
}
