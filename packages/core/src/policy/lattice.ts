import { z } from 'zod';
import type { Value } from '../values.ts';
import { held, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import type { Setting } from './setting.ts';

/** Every pair of values is looked at when the configuration loads. */
const VALUES_MAX = 100;
const chain = z.array(z.string()).min(2);
const options = z
  .array(chain)
  .min(1)
  .refine((chains) => new Set(chains.flat()).size <= VALUES_MAX, `Expected ${VALUES_MAX} values at the most`)
  .describe('Chains of values, each from lower to higher; a value may be in several.');

/**
 * A partial order. What stands is the lowest value that is above all concurrent ones, or equal to them, also when nobody set it; where
 * nothing is above them all, a person decides. Empty is below everything.
 */
export const lattice = definePolicy({
  name: 'lattice',
  summary: 'The lowest value above all concurrent ones stands, by a partial order.',
  suits: ['choice', 'text'],
  traits: { synthetic: true },
  options,
  mentions: (chains) => ({ values: chains.flat() }),
  make: (chains, setting) => {
    const above = closureOf(chains);
    checkOrder(above, setting);
    return (view) => {
      const edits = view.frontier;
      const values = [...new Set(edits.map((edit) => edit.value))].filter((value) => value !== null);
      const stranger = values.find((value) => typeof value !== 'string' || !above.has(value));
      if (stranger !== undefined) return held('lattice', `"${String(stranger)}" is not in the order`, 'C17');
      const [join, ...others] = lowest(above, boundsOf(above, values));
      if (values.length === 0) return settled('lattice', null, 'all are empty');
      if (join === undefined || others.length > 0) return held('lattice', `nothing is above ${values.map(String).join(' and ')}`, 'C10');
      return settled('lattice', join, `${join} is the lowest above ${values.map(String).join(' and ')}`);
    };
  },
});

/** By value, itself and everything above it. */
type Above = ReadonlyMap<string, ReadonlySet<string>>;

function closureOf(chains: readonly (readonly string[])[]): Above {
  const names = [...new Set(chains.flat())];
  const next = new Map(
    names.map((name) => [name, chains.flatMap((list) => list.flatMap((item, at) => (item === name ? list.slice(at + 1, at + 2) : [])))]),
  );
  return new Map(names.map((name) => [name, reach(name, next)]));
}

function reach(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set([start]);
  for (const name of seen) for (const further of next.get(name) ?? []) seen.add(further);
  return seen;
}

function boundsOf(above: Above, values: readonly Value[]): readonly string[] {
  return [...above.keys()].filter((name) => values.every((value) => above.get(String(value))?.has(name)));
}

/** Those of which none other is below. */
function lowest(above: Above, names: readonly string[]): readonly string[] {
  return names.filter((name) => names.every((other) => other === name || !above.get(other)?.has(name)));
}

/** An order in circles is none; and two lowest values above a pair would leave a choice (PL03). */
function checkOrder(above: Above, setting: Setting): void {
  for (const [a, higher] of above) {
    const circle = [...higher].find((name) => name !== a && above.get(name)?.has(a));
    if (circle !== undefined)
      return setting.wrong([], `The order goes in a circle: ${a} → ${circle} → ${a}.`, 'Leave one of the steps out.');
  }
  for (const a of above.keys()) {
    for (const b of above.keys()) {
      const joins = lowest(above, boundsOf(above, [a, b]));
      if (a >= b || joins.length < 2) continue;
      const words = `Of ${a} and ${b} nobody can say what comes next: ${joins.join(' and ')} are both just above them.`;
      return setting.wrong([], words, 'Put one above the other, or a value between (PL03).');
    }
  }
  return undefined;
}
