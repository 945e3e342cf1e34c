import type { Table } from '../map/compile.ts';
import { rulingOf } from '../policy/answers.ts';
import { compareEdits, latestOf } from '../policy/edits.ts';
import { CONCORD, PERSON } from '../record/actors.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import type { Decision } from './decide.ts';
import { registerNow, registerNames, type Draft } from './draft.ts';
import { must } from '../errors/must.ts';

/** Deletions, and what speaks against them. */
interface Dispute {
  readonly deletions: readonly Edit[];
  /** Signs of life: rows that were made or seen. */
  readonly lives: readonly Edit[];
  /** Edits of other registers that no author of a deletion had seen. */
  readonly rivals: readonly Edit[];
  readonly what: string;
}

/**
 * Whether a record lives. A deletion is an edit like any other; its rivals are the edits, of any field, that its author had not seen.
 */
export function decideLife(draft: Draft): Decision {
  const { frontier } = must(registerNow(draft, LIFE), 'every record has a life');
  const deletions = frontier.filter((edit) => edit.value === 'deleted');
  const lives = frontier.filter((edit) => edit.value === 'live');
  if (deletions.length === 0) return { kind: 'agreed', value: 'live' };
  const rivals = rivalsOfDeletion(draft).map(([, edit]) => edit);
  const dispute = { deletions, lives, rivals, what: tell(deletions, [...lives, ...rivals]) };
  return byGate(draft, dispute) ?? byPolicy(draft.table.map.delete, dispute);
}

function tell(deletions: readonly Edit[], others: readonly Edit[]): string {
  const names = (edits: readonly Edit[]): string => [...new Set(edits.map(({ system }) => system))].toSorted().join(', ');
  const deleted = `${names(deletions)} deleted it`;
  return others.length === 0 ? deleted : `${deleted} while ${names(others)} edited it`;
}

/** Rules that judge a deletion also where nobody speaks against it. A person's passes them all. */
function byGate(draft: Draft, { deletions, lives, what }: Dispute): Decision | undefined {
  const policy = draft.table.map.delete;
  if (rulingOf(deletions)) return undefined;
  if (leavesAlone(policy)) {
    if (lives.length === 0 && isGoneEverywhere(draft)) return { kind: 'agreed', value: 'deleted' };
    const then =
      typeof policy === 'object' && 'soft' in policy ? `${policy.soft.field} says so elsewhere` : 'it is no longer mirrored there';
    return { kind: 'settled', value: 'live', rule: nameOf(policy), reason: `${what}: ${then}`, code: 'C04', losers: [] };
  }
  const isUndone =
    policy === 'restore' || (typeof policy === 'object' && 'owner' in policy && !deletions.some(({ system }) => system === policy.owner));
  return isUndone ? { kind: 'settled', value: 'live', rule: nameOf(policy), reason: what, code: 'C04', losers: deletions } : undefined;
}

function isGoneEverywhere({ links }: Draft): boolean {
  return Object.values(links).every(({ state }) => state !== 'present');
}

function byPolicy(policy: Table['map']['delete'], { deletions, lives, rivals, what }: Dispute): Decision {
  if (lives.length === 0 && rivals.length === 0) return { kind: 'agreed', value: 'deleted' };
  const deleted = { kind: 'settled', value: 'deleted', rule: nameOf(policy), reason: what, code: 'C04', losers: lives } as const;
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

function isLater(deletions: readonly Edit[], others: readonly Edit[]): boolean {
  const [deletion, other] = [latestOf(deletions), latestOf(others)];
  return deletion !== undefined && (other === undefined || compareEdits(deletion, other) > 0);
}

/** Whether a deletion stays where it was made. */
export function leavesAlone(policy: Table['map']['delete']): boolean {
  return policy === 'unlink' || (typeof policy === 'object' && 'soft' in policy);
}

function nameOf(policy: Table['map']['delete']): string {
  return typeof policy === 'string' ? policy : 'owner' in policy ? 'owner' : 'soft';
}

/** The edits that no author of a deletion had seen, with their registers. What Concord computed is nobody's edit. */
export function rivalsOfDeletion(draft: Draft): readonly (readonly [string, Edit])[] {
  const deletions = (registerNow(draft, LIFE)?.frontier ?? []).filter((edit) => edit.value === 'deleted');
  if (deletions.length === 0) return [];
  return registerNames(draft).flatMap((name) => {
    const register = name === LIFE ? undefined : registerNow(draft, name);
    if (!register) return [];
    return register.frontier
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
