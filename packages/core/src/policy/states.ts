import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { sameValue } from '../values.ts';
import { ask, held, rulingOf, settled, through } from './answers.ts';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import type { Resolution, View } from './policy.ts';
import type { Made } from './setting.ts';
import { block, innerPolicy } from './spec.ts';

const steps = z.record(z.string(), z.array(z.string())).describe('By value, the values that may come next.');
const options = block({ steps, then: innerPolicy.default('manual').describe('Decides between two ways; default manual.') }).describe(
  'Which value may follow which, and what decides between two ways.',
);

/**
 * A state machine. An edit that no way leads to from what its authors saw is undone (C10). Of the others the one furthest along stands; if
 * they are on different ways, `then` decides. From empty any state may be entered; a person may set any.
 */
export const states = definePolicy({
  name: 'states',
  summary: 'Only declared steps from value to value are let through; of concurrent ones the furthest stands.',
  suits: ['choice', 'text'],
  traits: { gate: true },
  options,
  mentions: (machine) => ({ values: namesOf(machine.steps) }),
  make: ({ steps: next, then }, setting) => {
    const inner = setting.inner(then, ['then'], { weighs: 'edits' });
    const known = new Set(namesOf(next));
    const ways = new Map([...known].map((name) => [name, reach(name, next)]));
    return (view) => {
      const edits = view.frontier;
      const ruling = rulingOf(edits);
      if (ruling) return settled('states', ruling.value, 'a person set it');
      if (edits.every((edit) => sameValue(edit.value, view.base))) return settled('states', view.base ?? null, 'nothing moved');
      const stranger = [...edits.map((edit) => edit.value), view.base ?? null].find(
        (value) => value !== null && (typeof value !== 'string' || !known.has(value)),
      );
      if (stranger !== undefined) return held('states', `"${String(stranger)}" is not among the states`, 'C17');
      return walk(view, edits, ways, inner);
    };
  },
});

type Ways = ReadonlyMap<string, ReadonlySet<string>>;

function walk(view: View, edits: readonly Edit[], ways: Ways, inner: Made): Resolution {
  const { base } = view;
  if (base === undefined && edits.some((edit) => !sameValue(edit.value, edits[0]?.value))) {
    return held('states', 'the systems began with different states', 'C19');
  }
  const from = base ?? null;
  const legal = edits.filter((edit) => sameValue(edit.value, from) || leads(ways, from, edit.value));
  if (legal.length === 0) {
    const tried = edits.map((edit) => String(edit.value ?? 'empty')).join(' or ');
    return { ...settled('states', from, `no way leads from ${String(from)} to ${tried}`), code: 'C10' };
  }
  // What did not move is no rival of what did.
  const moved = legal.filter((edit) => !sameValue(edit.value, from));
  const ahead = moved.filter((edit) => moved.every((other) => sameValue(other.value, edit.value) || leads(ways, other.value, edit.value)));
  const winner = latestOf(moved.length === 0 ? legal : ahead);
  const code = legal.length < edits.length ? { code: 'C10' as const } : {};
  if (winner) return { ...settled('states', winner.value, `${winner.system} is furthest along`), ...code };
  return { ...through('states', ask(inner, { ...view, frontier: moved }), 'the edits are on different ways'), code: 'C10' };
}

function leads(ways: Ways, from: Edit['value'], to: Edit['value']): boolean {
  if (to === null) return from === null;
  return from === null || (ways.get(String(from))?.has(String(to)) ?? false);
}

function namesOf(next: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return [...new Set([...Object.keys(next), ...Object.values(next).flat()])];
}

/** Everything that ways lead to; itself only where a way leads back. */
function reach(start: string, next: Readonly<Record<string, readonly string[]>>): ReadonlySet<string> {
  const after = (name: string): readonly string[] => (Object.hasOwn(next, name) ? (next[name] ?? []) : []);
  const seen = new Set(after(start));
  for (const name of seen) for (const further of after(name)) seen.add(further);
  return seen;
}
