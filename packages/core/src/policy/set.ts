import { z } from 'zod';
import { held, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block } from './spec.ts';
import type { Question } from '../register/answer.ts';
import { sees, type Open } from '../register/open.ts';
import { isReset } from '../register/register.ts';
import type { Value } from '../values.ts';
import type { Resolution } from './policy.ts';

const options = block({ removals: z.literal('win') })
  .optional()
  .describe('`removals: win`: what one side takes out stays out, whoever else has put it in.');

/** What all kept of the base, plus what anybody added: an addition beats a removal. */
export const set = definePolicy({
  name: 'set',
  suits: ['choices'],
  summary: 'Merges sets: additions and removals of all sides, an addition wins.',
  traits: { combines: true, synthetic: true },
  options,
  make: (words) => (view) => fromCauses(view.question, words !== undefined),
});

interface Change {
  readonly open: Open;
  readonly adds: ReadonlySet<string>;
  drops(member: string): boolean;
}

/**
 * A member is there as long as one of its causes is left: the stable value, or an edit that put it in. Whoever saw a cause and took the member
 * out has ended it. With `removals: win` one who took it out is heard unless somebody put it back in knowing that.
 */
function fromCauses(question: Question, isStrict: boolean): Resolution {
  const { stable, edits, frontier } = question;
  const before = members(stable?.value ?? null);
  const changes = edits.map((open) => changeOf(open, question));
  if (!before || changes.includes(undefined)) return held('set', 'not every value is a set', 'C17');
  const known = changes.filter((change) => change !== undefined);
  const all = new Set([...before, ...known.flatMap(({ adds }) => [...adds])]);
  const stays = isStrict ? isLeftOver : isCaused;
  const left = [...all].filter((member) => stays(member, before.has(member), known));
  const reason = `additions and removals of ${frontier.length === 1 ? 'one side' : 'all sides'}${isStrict ? ', removals first' : ''}`;
  return settled('set', canonicalSet(left), reason);
}

/** Whether some cause was ended by nobody. */
function isCaused(member: string, isStable: boolean, changes: readonly Change[]): boolean {
  const drops = changes.filter((change) => change.drops(member));
  const isAdded = changes.some(({ open, adds }) => adds.has(member) && !drops.some((drop) => sees(drop.open, open)));
  return isAdded || (isStable && drops.length === 0);
}

/** Whether everybody who took it out was answered by somebody who put it back. */
function isLeftOver(member: string, isStable: boolean, changes: readonly Change[]): boolean {
  const added = changes.filter(({ adds }) => adds.has(member));
  const drops = changes.filter((change) => change.drops(member));
  return (isStable || added.length > 0) && drops.every((drop) => added.some(({ open }) => sees(open, drop.open)));
}

/**
 * What an edit did: a ruling takes out whatever stood when it was made and it does not name. (Not what one of its sides had: that is forgotten when
 * they are closed, and closing must not change an answer.) `undefined` when a value is no set.
 */
function changeOf(open: Open, { at }: Question): Change | undefined {
  const value = members(open.value);
  const before = members((isReset(open) ? at(open.past).value : open.before) ?? null);
  if (!value || !before) return undefined;
  const adds = isReset(open) ? value : new Set([...value].filter((member) => !before.has(member)));
  return { open, adds, drops: (member) => !value.has(member) && before.has(member) };
}

/** Canonical text of a set: a JSON array of distinct strings, sorted by code unit; an empty set is null. */
export function canonicalSet(items: readonly string[]): string | null {
  return items.length === 0 ? null : JSON.stringify([...new Set(items)].toSorted());
}

/** The members of a canonical set; `undefined` when the value is not one. */
export function members(value: Value): ReadonlySet<string> | undefined {
  if (value === null) return new Set();
  if (typeof value !== 'string' || !value.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? new Set(parsed) : undefined;
  } catch {
    return undefined;
  }
}
