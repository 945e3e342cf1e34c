import { LIFE, type Edit, type Register } from '../record/record.ts';
import { PERSON } from '../record/actors.ts';
import type { DeletePolicy } from '../map/table.ts';
import type { Decision } from './decide.ts';
import { registerNow, registerNames, type Draft } from './draft.ts';
import { must } from '../errors/must.ts';

/**
 * Whether a record lives. A deletion is an edit like any other; its rivals are the edits, of any field, that its author had not seen.
 */
export function decideLife(draft: Draft): Decision {
  const decision = decideOwnLife(draft);
  const { keep } = draft.context;
  return keep && decision.kind !== 'held' && decision.value === 'deleted' ? { kind: 'held', ...keep } : decision;
}

function decideOwnLife(draft: Draft): Decision {
  const { frontier } = must(registerNow(draft, LIFE), 'every record has a life');
  const rivals = rivalsOfDeletion(draft).map(([, edit]) => edit);
  return judgeLife(draft.table.map.delete, frontier, rivals);
}

/** The same from facts alone: the edits of the record's life, and those of fields that no author of a deletion had seen. */
export function judgeLife(policy: DeletePolicy, frontier: readonly Edit[], rivals: readonly Pick<Edit, 'system'>[]): Decision {
  const deletions = frontier.filter((edit) => edit.value === 'deleted');
  const lives = frontier.filter((edit) => edit.value === 'live');
  if (deletions.length === 0) return { kind: 'agreed', value: 'live' };
  if (lives.length === 0 && rivals.length === 0) return { kind: 'agreed', value: 'deleted' };
  const author = deletions[0]?.system ?? '';
  const others = [...new Set([...lives, ...rivals].map((edit) => edit.system))].join(', ');
  return byPolicy(policy, deletions, lives, `${author} deleted it while ${others} edited it`);
}

function byPolicy(policy: DeletePolicy, deletions: readonly Edit[], lives: readonly Edit[], what: string): Decision {
  switch (policy) {
    case 'manual':
      return { kind: 'held', rule: 'manual', reason: what, code: 'C04' };
    case 'delete-wins':
      return { kind: 'settled', value: 'deleted', rule: policy, reason: what, code: 'C04', losers: lives };
    case 'update-wins':
      return { kind: 'settled', value: 'live', rule: policy, reason: what, code: 'C04', losers: deletions };
  }
}

/** The edits that no author of a deletion had seen, with their registers. */
export function rivalsOfDeletion(draft: Draft): readonly (readonly [string, Edit])[] {
  const deletions = (registerNow(draft, LIFE)?.frontier ?? []).filter((edit) => edit.value === 'deleted');
  if (deletions.length === 0) return [];
  return registerNames(draft).flatMap((name) => {
    const register = name === LIFE ? undefined : registerNow(draft, name);
    if (!register) return [];
    return register.frontier
      .filter((edit) => !deletions.some((deletion) => hadSeen(deletion, register, edit)))
      .map((edit) => [name, edit] as const);
  });
}

function hadSeen(deletion: Edit, register: Register, edit: Edit): boolean {
  if (edit.system === deletion.system) return true;
  const shadow = deletion.system === PERSON ? undefined : register.shadows[deletion.system];
  // Where the author has no copy of the field, only the order in the document tells.
  return shadow ? shadow.saw >= edit.number : counter(edit) < counter(deletion);
}

function counter(edit: Edit): number {
  return Number(edit.op.slice(0, edit.op.indexOf('@')));
}
