import type { SystemId } from '../ids.ts';
import { copyOfLink, copyOfRegister } from '../record/copies.ts';
import { LIFE, type Attempt, type Link, type Register } from '../record/record.ts';
import { sameValue } from '../values.ts';
import { enter, putShadow, see, type Found } from './absorb.ts';
import { linkOf, putLink, putRegister, registerNames, registerNow, type Draft } from './draft.ts';
import { closeIn } from './closing-in.ts';
import { perhapsSent } from './sent.ts';
import { leavesAlone, lifeSeenBy } from './life.ts';
import { must } from '../errors/must.ts';

/** A link to a row that is gone: nothing is left to write to it. */
export function goneLink(link: Link, state: 'deleted' | 'unlinked'): Link {
  const gone = copyOfLink(link);
  gone.state = state;
  gone.version = undefined;
  gone.planned = undefined;
  gone.unconfirmed = undefined;
  gone.parked = undefined;
  gone.discarded = undefined;
  // Nothing is left to read of it either.
  gone.unread = undefined;
  gone.blocked = undefined;
  gone.isMade = undefined;
  return gone;
}

/** Takes it in that a system no longer has the row. Where we may have deleted it ourselves and heard no answer, it is nobody's edit. */
export function bury(draft: Draft, system: SystemId): void {
  const own = perhapsSent(draft, linkOf(draft, system)).findLast(({ kind }) => kind === 'delete');
  if (own) buryOwn(draft, system, own);
  else buryOther(draft, system);
}

function buryOwn(draft: Draft, system: SystemId, own: Attempt): void {
  const life = must(registerNow(draft, LIFE), 'every record has a life');
  const { ops, saw } = must(own.registers[LIFE], 'a deletion carries the life');
  putLink(draft, system, goneLink(linkOf(draft, system), 'deleted'));
  putShadow(draft, LIFE, life, system, { value: 'deleted', ops, saw });
  see(draft, system, own);
  draft.deliveries.set(system, undefined);
}

function buryOther(draft: Draft, system: SystemId): void {
  const isAlone = leavesAlone(draft.table.map.delete);
  putLink(draft, system, goneLink(linkOf(draft, system), isAlone ? 'unlinked' : 'deleted'));
  const life = must(registerNow(draft, LIFE), 'every record has a life');
  const shadow = lifeSeenBy(life, system);
  draft.deliveries.set(system, undefined);
  const deletion = shadow.value === 'deleted' ? [] : [{ name: LIFE, value: 'deleted', shadow }];
  enter(draft, [...deletion, ...softened(draft, system)], { system });
  if (isAlone) part(draft, system);
}

/** Where a deletion becomes an edit elsewhere: the value that says so. */
function softened(draft: Draft, system: SystemId): readonly Found[] {
  const policy = draft.table.map.delete;
  if (typeof policy !== 'object' || !('soft' in policy)) return [];
  const { field: name, value } = policy.soft;
  const shadow = registerNow(draft, name)?.shadows[system];
  return shadow && sameValue(shadow.value, value) ? [] : [{ name, value, shadow }];
}

/** The record goes on without a system, which is waited for no longer; or it ends, when that was the last. */
export function part(draft: Draft, system: SystemId): void {
  if (registerNow(draft, LIFE)?.value === 'deleted') return end(draft);
  for (const name of registerNames(draft)) {
    const register = registerNow(draft, name);
    if (register?.shadows[system]) putRegister(draft, name, without(draft, name, register, system));
  }
}

function without(draft: Draft, name: string, register: Register, system: SystemId): Register {
  const next = copyOfRegister(register);
  next.shadows = Object.fromEntries(Object.entries(register.shadows).filter(([other]) => other !== system));
  return closeIn(draft, name, next);
}

/** Whoever makes the row anew brings it back to all systems. */
function end(draft: Draft): void {
  for (const system of draft.table.systems) {
    const link = linkOf(draft, system);
    if (link.state === 'unlinked') putLink(draft, system, goneLink(link, 'deleted'));
  }
}
