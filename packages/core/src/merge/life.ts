import { compareStamps } from '../clock/stamp.ts';
import type { DeletePolicy } from '../map/table.ts';
import { rulingOf } from '../policy/answers.ts';
import { compareEdits } from '../policy/edits.ts';
import { CONCORD, PERSON } from '../register/actors.ts';
import { LIFE, type Edit, type Register, type Shadow } from '../record/record.ts';
import type { Decision } from './decision.ts';
import { registerNow, registerNames, type Draft } from './draft.ts';
import { frontierIn } from './frontier.ts';
import { must } from '../errors/must.ts';

/** Deletions, and what speaks against them. */
interface Dispute {
  readonly deletions: readonly Edit[];
  /** Signs of life: rows that were made or seen. */
  readonly lives: readonly Edit[];
  /** Edits of other registers that no author of a deletion had seen. */
  readonly rivals: readonly Rival[];
  readonly what: string;
}

/**
 * Whether a record lives. A deletion is an edit like any other; its rivals are the edits, of any field, that its author had not seen.
 */
export function decideLife(draft: Draft): Decision {
  const decision = decideOwnLife(draft);
  const { keep } = draft.context;
  return keep && decision.kind !== 'held' && decision.value === 'deleted' ? { kind: 'held', ...keep } : decision;
}

function decideOwnLife(draft: Draft): Decision {
  const frontier = frontierIn(must(registerNow(draft, LIFE), 'every record has a life'));
  const rivals = rivalsOfDeletion(draft).map(([, edit]) => edit);
  return judgeLife(draft.table.map.delete, { frontier, rivals, isGone: isGoneEverywhere(draft) });
}

/** What is known of a record's life. */
export interface LifeFacts {
  /** The edits of the life itself. */
  readonly frontier: readonly Edit[];
  /** Edits of fields that no author of a deletion had seen. */
  readonly rivals: readonly Rival[];
  /** No system has the row any more. */
  readonly isGone: boolean;
}

export type Rival = Pick<Edit, 'system' | 'stamp'>;

/** The same from facts alone. */
export function judgeLife(policy: DeletePolicy, { frontier, rivals, isGone }: LifeFacts): Decision {
  const deletions = frontier.filter((edit) => edit.value === 'deleted');
  const lives = frontier.filter((edit) => edit.value === 'live');
  if (deletions.length === 0) return { kind: 'agreed', value: 'live' };
  const dispute = { deletions, lives, rivals, what: tell(deletions, [...lives, ...rivals]) };
  return byGate(policy, isGone, dispute) ?? byPolicy(policy, dispute);
}

function tell(deletions: readonly Edit[], others: readonly Pick<Edit, 'system'>[]): string {
  const names = (edits: readonly Pick<Edit, 'system'>[]): string => [...new Set(edits.map(({ system }) => system))].toSorted().join(', ');
  const deleted = `${names(deletions)} deleted it`;
  return others.length === 0 ? deleted : `${deleted} while ${names(others)} edited it`;
}

/** Rules that judge a deletion also where nobody speaks against it. A person's passes them all. */
function byGate(policy: DeletePolicy, isGone: boolean, { deletions, lives, what }: Dispute): Decision | undefined {
  if (rulingOf(deletions)) return undefined;
  if (leavesAlone(policy)) {
    if (lives.length === 0 && isGone) return { kind: 'agreed', value: 'deleted' };
    const then =
      typeof policy === 'object' && 'soft' in policy ? `${policy.soft.field} says so elsewhere` : 'it is no longer mirrored there';
    return { kind: 'settled', value: 'live', rule: nameOfDelete(policy), reason: `${what}: ${then}`, code: 'C04', losers: [] };
  }
  const isUndone =
    policy === 'restore' || (typeof policy === 'object' && 'owner' in policy && !deletions.some(({ system }) => system === policy.owner));
  return isUndone
    ? { kind: 'settled', value: 'live', rule: nameOfDelete(policy), reason: what, code: 'C04', losers: deletions }
    : undefined;
}

function isGoneEverywhere({ links }: Draft): boolean {
  return Object.values(links).every(({ state }) => state !== 'present');
}

function byPolicy(policy: DeletePolicy, { deletions, lives, rivals, what }: Dispute): Decision {
  if (lives.length === 0 && rivals.length === 0) return { kind: 'agreed', value: 'deleted' };
  const deleted = { kind: 'settled', value: 'deleted', rule: nameOfDelete(policy), reason: what, code: 'C04', losers: lives } as const;
  const lively = { ...deleted, value: 'live', losers: deletions } as const;
  switch (policy) {
    case 'manual':
      return { kind: 'held', rule: 'manual', reason: what, code: 'C04' };
    case 'update-wins':
      return lively;
    case 'later-wins':
      return isLater(deletions, [...lives, ...rivals]) ? deleted : lively;
    // Whoever comes this far with another rule is a person, or the system whose deletions count.
    default:
      return deleted;
  }
}

function isLater(deletions: readonly Rival[], others: readonly Rival[]): boolean {
  return deletions.some((deletion) => others.every((other) => compareStamps(deletion.stamp, other.stamp) > 0));
}

/** What a system is known to have seen of a record's life: one that was never heard of has seen it as it is. */
export function lifeSeenBy(life: Register, system: string): Shadow {
  return life.shadows[system] ?? { value: 'live', ops: life.ops, saw: life.count };
}

/** Whether a deletion stays where it was made. */
export function leavesAlone(policy: DeletePolicy): boolean {
  return policy === 'unlink' || (typeof policy === 'object' && 'soft' in policy);
}

/** The rule's name, as the history tells it. */
export function nameOfDelete(policy: DeletePolicy): string {
  return typeof policy === 'string' ? policy : 'owner' in policy ? 'owner' : 'soft';
}

/** The edits that no author of a deletion had seen, with their registers. What Concord computed is nobody's edit. */
export function rivalsOfDeletion(draft: Draft): readonly (readonly [string, Edit])[] {
  const life = registerNow(draft, LIFE);
  const deletions = (life ? frontierIn(life) : []).filter((edit) => edit.value === 'deleted');
  if (deletions.length === 0) return [];
  return registerNames(draft).flatMap((name) => {
    const register = name === LIFE ? undefined : registerNow(draft, name);
    if (!register) return [];
    return frontierIn(register)
      .filter((edit) => edit.system !== CONCORD && !deletions.some((deletion) => hadSeen(deletion, register, edit)))
      .map((edit) => [name, edit] as const);
  });
}

function hadSeen(deletion: Edit, register: Register, edit: Edit): boolean {
  if (edit.system === deletion.system) return true;
  if (deletion.system === PERSON) return counter(edit) < counter(deletion);
  const shadow = register.shadows[deletion.system];
  // Where the author has no copy of the field, their times alone tell.
  return shadow ? shadow.saw >= edit.number : compareEdits(edit, deletion) < 0;
}

function counter(edit: Edit): number {
  return Number(edit.op.slice(0, edit.op.indexOf('@')));
}
