import type { Key, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Plan } from '../ports/plan.ts';
import { copyOfLink, copyOfRegister } from '../record/copies.ts';
import { LIFE, type Link, type RecordState, type Shadow } from '../record/record.ts';
import { registerIn, valueIn } from '../record/registers.ts';
import { actorOf } from '../register/actors.ts';
import { putBack } from '../register/log.ts';
import { isEmpty } from '../values.ts';
import { absorb } from './absorb.ts';
import { compareRow } from './compare.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, linkOf, planOf, putLink, putRegister, registerNames, registerNow, type Context, type Draft } from './draft.ts';
import { logOf } from './frontier.ts';
import { PUT_BACK } from './decision.ts';
import { leavesAlone } from './life.ts';
import { observeGone } from './observe.ts';
import { holdFor } from './reconsider.ts';
import type { Past } from './past.ts';
import { differencesIn, type Difference } from './set-back.ts';
import { followedBy, undo } from './undo.ts';

/** What a person wants of the older state of a system: that it goes, that it counts as edits, or that each difference waits for them. */
export type PutBackChoice = 'give-back' | 'take-over' | 'hold';

/** What is needed to tell what a row of a system that was put back means. */
export interface PutBackTold {
  readonly choice: PutBackChoice;
  readonly past: Past;
  /** Whose choice it is. */
  readonly by: string;
}

/** As `compareRow`, of a row whose system was put back. What it holds that nobody has told before is an edit since, whatever was chosen. */
export function takeBack(record: RecordState, row: MappedRow, table: Table, context: Context, told: PutBackTold): Plan | undefined {
  const { choice, past, by } = told;
  const { state, key } = record.links[row.system] ?? {};
  if (choice === 'take-over' || key !== row.key) return compareRow(record, row, table, context);
  const differences = differencesIn(record, row, table, { past, neverSent: context.neverSent });
  const isThereAgain = state === 'deleted' && valueIn(record, LIFE) === 'deleted';
  const isOlder = differences.every(({ kind }) => kind === 'lost');
  // An older value that is in no history must not go with the row.
  const isUntold = isOlder && differences.some(({ base }) => !base);
  if (isThereAgain && (choice === 'hold' || isUntold))
    return compareRow(record, row, table, { ...context, doubted: doubts([LIFE, ...differences.map(({ name }) => name)], row.system) });
  if (isThereAgain && isOlder) return deleteAgain(record, row, table, context);
  if ((state !== 'present' && state !== 'deleted') || differences.length === 0) return compareRow(record, row, table, context);
  const doubtful = differences.filter(({ isUnclear }) => choice === 'hold' || isUnclear).map(({ name }) => name);
  const draft = draftOf(record, table, { ...context, doubted: doubts(doubtful, row.system) });
  putLink(draft, row.system, fallen(draft, row.system, linkOf(draft, row.system)));
  for (const one of differences) setBack(draft, row.system, one.name, choice === 'hold' ? heldOn(one) : givenOn(one));
  absorb(draft, row);
  planDeliveries(draft);
  // An older value that nobody has told enters the history before it is written over.
  const untold = choice === 'hold' ? [] : differences.filter(({ kind, base }) => kind === 'lost' && !base).map(({ name }) => name);
  if (untold.length === 0) return planOf(draft);
  return undo(record, planOf(draft), { by, note: `${row.system} was put back` }, table, context, new Set(untold));
}

/** A row that its system no longer has. `isLost`: it was made after the moment that the system was put back to, so nobody deleted it. */
export function takeBackGone(
  record: RecordState,
  gone: { readonly system: SystemId; readonly key: Key },
  table: Table,
  context: Context,
  { choice, by, isLost }: Pick<PutBackTold, 'choice' | 'by'> & { readonly isLost: boolean },
): Plan | undefined {
  const link = record.links[gone.system];
  if (link?.state !== 'present' || link.key !== gone.key) return undefined;
  if (choice === 'take-over' || valueIn(record, LIFE) === 'deleted') return observeGone(record, gone, table, context);
  if (choice === 'give-back' && isLost) return makeAgain(record, gone, table, context);
  const plan = observeGone(record, gone, table, context);
  return plan && !leavesAlone(table.map.delete) ? askWhetherLost(record, plan, gone.system, by, table, context) : plan;
}

/** The deletion is in the history, and does not count before a person says so: whoever edits the record meanwhile must not bring it about. */
function askWhetherLost(record: RecordState, plan: Plan, system: SystemId, by: string, table: Table, context: Context): Plan {
  const reason = `${system} was put back, and has no such row: it was lost, or deleted since`;
  const undone = undo(record, plan, { by, note: `${system} was put back` }, table, context);
  return followedBy(undone, context, (now, around) => holdFor(now, [LIFE], { code: 'C04', rule: PUT_BACK, reason }, table, around));
}

function doubts(names: readonly string[], system: SystemId): ReadonlyMap<string, string> {
  const reason = `${system} was put back: what it holds now is not what it was known to hold`;
  return new Map(names.map((name) => [name, reason]));
}

/** What is taken for what its system shows, where the ledger's value is to be written there again. */
function givenOn({ kind, shows, was, base }: Difference): Shadow | undefined {
  if (kind === 'lost' && base) return { value: shows, sent: undefined, ops: [], saw: base.number };
  if (base) return { value: base.value, sent: undefined, ops: [], saw: base.number };
  return unknownBase(shows, was);
}

/** Where a person is asked: the older state is one side, as somebody's who had seen nothing of the other. */
function heldOn({ kind, shows, was, base }: Difference): Shadow | undefined {
  if (kind === 'edit' && base) return { value: base.value, sent: undefined, ops: [], saw: base.number };
  return unknownBase(shows, was);
}

/** It says what is there, whatever was before. An empty column would say nothing then, so it is held against what was known. */
function unknownBase(shows: Shadow['value'], was: Shadow['value']): Shadow | undefined {
  return isEmpty(shows) ? { value: was, sent: undefined, ops: [], saw: 0 } : undefined;
}

/** What a system has seen of a register falls: to what the shadow says, or to nothing. What it has lost of its own is nobody's own any more. */
function setBack(draft: Draft, system: SystemId, name: string, shadow: Shadow | undefined): void {
  const register = registerNow(draft, name);
  if (!register) return;
  const next = copyOfRegister(register);
  next.log = putBack(logOf(register), system, { number: shadow?.saw ?? 0, value: shadow?.value ?? null }).log;
  const others = Object.entries(register.shadows).filter(([other]) => other !== system);
  next.shadows = Object.fromEntries(shadow ? [...others, [system, shadow]] : others);
  putRegister(draft, name, next);
}

/** Of the document, it surely has seen but its own changes. */
function fallen({ record }: Draft, system: SystemId, link: Link): Link {
  const own = record.actors[actorOf(system)];
  return { ...copyOfLink(link), heads: own ? [own.hash] : [] };
}

/** Its row is made again, with all that the ledger holds. */
function makeAgain(
  record: RecordState,
  { system, key }: { readonly system: SystemId; readonly key: Key },
  table: Table,
  context: Context,
): Plan {
  const draft = draftOf(record, table, context);
  const { heads, ownSeq } = fallen(draft, system, linkOf(draft, system));
  for (const name of registerNames(draft)) if (registerIn(record, name)?.shadows[system]) setBack(draft, system, name, undefined);
  putLink(draft, system, { state: 'absent', heads, ownSeq });
  draft.unlinked.push({ system, key });
  draft.deliveries.set(system, undefined);
  planDeliveries(draft);
  return planOf(draft);
}

/** The row of a record that was deleted is there again, as it was: it is deleted once more. */
function deleteAgain(record: RecordState, { system, version }: MappedRow, table: Table, context: Context): Plan {
  const draft = draftOf(record, table, context);
  const link = fallen(draft, system, linkOf(draft, system));
  putLink(draft, system, { ...link, state: 'present', version });
  setBack(draft, system, LIFE, { value: 'live', sent: undefined, ops: [], saw: 0 });
  planDeliveries(draft);
  return planOf(draft);
}
