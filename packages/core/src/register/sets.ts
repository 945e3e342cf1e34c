import { canonicalSet, members } from '../policy/set.ts';
import type { Question, RegisterPolicy, Resolution } from './answer.ts';
import { sees, type Open } from './open.ts';
import { isReset } from './register.ts';

/**
 * A member is there as long as one of its causes is left: the stable value, or an edit that put it in. Whoever saw a cause and took the member
 * out has ended it. With `removals: win` one who took it out is heard unless somebody put it back in knowing that.
 */
export function sets(removals?: 'win'): RegisterPolicy {
  return { combines: true, gate: false, readsFields: false, resolve: (question) => resolve(question, removals === 'win') };
}

interface Change {
  readonly open: Open;
  readonly adds: ReadonlySet<string>;
  drops(member: string): boolean;
}

function resolve(question: Question, isStrict: boolean): Resolution {
  const { stable, edits, frontier } = question;
  const before = members(stable?.value ?? null);
  const changes = edits.map((open) => changeOf(open, question));
  if (!before || changes.includes(undefined)) return { kind: 'held', rule: 'set', reason: 'not every value is a set', code: 'C17' };
  const known = changes.filter((change) => change !== undefined);
  const all = new Set([...before, ...known.flatMap(({ adds }) => [...adds])]);
  const stays = isStrict ? isLeftOver : isCaused;
  const left = [...all].filter((member) => stays(member, before.has(member), known));
  const reason = `additions and removals of ${frontier.length === 1 ? 'one side' : 'all sides'}${isStrict ? ', removals first' : ''}`;
  return { kind: 'settled', value: canonicalSet(left), rule: 'set', reason };
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
