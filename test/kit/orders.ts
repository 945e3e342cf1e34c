import type { SystemId, Value } from '@concord/core';
import fc from 'fast-check';
import type { FieldValues } from './histories.ts';
import { edit, pull, remove, type World } from './world.ts';

/** What one system's people do at one go, before anybody is heard of. */
export interface Act {
  readonly system: SystemId;
  /** Absent: the row is deleted. */
  readonly changes?: Readonly<Record<string, Value>>;
}

/** The same acts, as they are heard of in two orders. Each system's own order stays; everything else is free. */
export interface Hearings {
  readonly start: Readonly<Record<string, Value>>;
  readonly one: readonly Act[];
  readonly other: readonly Act[];
}

const ACTS_MAX = 3;

export function hearings(systems: readonly SystemId[], fields: FieldValues, removals = false): fc.Arbitrary<Hearings> {
  const changes = fc.record(fields, { requiredKeys: [] }).map(told);
  const whole = fc.record(fields).map(told);
  const acts = (system: SystemId) =>
    fc
      .tuple(fc.array(changes, { maxLength: ACTS_MAX }), removals ? fc.boolean() : fc.constant(false))
      .map(([list, ends]): readonly Act[] => [...list.map((item): Act => ({ system, changes: item })), ...(ends ? [{ system }] : [])]);
  const choices = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
  return fc
    .tuple(whole, fc.tuple(...systems.map(acts)), choices, choices)
    .map(([start, lists, a, b]) => ({ start, one: interleave(lists, a), other: interleave(lists, b) }));
}

function told(changes: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

function interleave(lists: readonly (readonly Act[])[], choices: readonly number[]): readonly Act[] {
  const left = lists.map((list) => [...list]);
  return choices.flatMap((choice) => {
    const open = left.filter((list) => list.length > 0);
    return open[choice % Math.max(1, open.length)]?.splice(0, 1) ?? [];
  });
}

/** Lets the acts be heard of in this order. The time of an act is its author's, however late it is heard of. */
export function hear(world: World, acts: readonly Act[]): void {
  const { systems } = world.table;
  const base = world.nowMs;
  const made = new Map<SystemId, number>();
  for (const { system, changes } of acts) {
    const count = (made.get(system) ?? 0) + 1;
    made.set(system, count);
    world.nowMs = base + 10_000 * count + 100 * systems.indexOf(system);
    if (changes) edit(world, system, changes);
    else remove(world, system);
    pull(world, system);
  }
}
