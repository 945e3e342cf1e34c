import { deliveryId, type Key, type RecordId, type SystemId } from '../ids.ts';
import { isOfParts, type Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Plan } from '../ports/plan.ts';
import type { RefusalClass } from '../ports/system.ts';
import type { ConflictCode } from '../register/code.ts';
import { LIFE, type Attempt, type Link, type RecordState } from '../record/record.ts';
import { copyOfLink } from '../record/copies.ts';
import { sameValue, type Value } from '../values.ts';
import { absorb, madeIn, putShadow, see } from './absorb.ts';
import { filledIn, isFilledIn, startAfresh } from './filled-in.ts';
import { bury, goneLink } from './bury.ts';
import { dueNow, isWithheld, planDeliveries } from './deliveries.ts';
import { draftOf, fail, linkOf, planOf, putLink, putRegister, registerOf, type Context, type Draft } from './draft.ts';
import { closeIn } from './closing-in.ts';
import { seenBy } from './frontier.ts';
import { impose } from './judge.ts';
import { isNear } from './near.ts';
import { givenWay, type Refusal } from './refused.ts';
import { must } from '../errors/must.ts';

/** How a delivery ended, with rows translated. */
export type Settled =
  /** `row` is the stored row as the system told it after the write. */
  | { readonly kind: 'written'; readonly row: MappedRow; readonly readLater?: boolean }
  /** Written, and what is stored is not known. */
  | { readonly kind: 'applied'; readonly key: Key }
  | { readonly kind: 'removed' }
  /** The row as it is now. Nothing of ours was written. */
  | { readonly kind: 'stale'; readonly row: MappedRow }
  | { readonly kind: 'exists'; readonly row: MappedRow }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: RefusalClass | 'gave-up'; readonly words: string }
  /** Nothing was sent: the system cannot hold the values of these registers, for the reasons told. */
  | { readonly kind: 'unfit'; readonly registers: Readonly<Record<string, string>> }
  /** To be tried again at that time. `unknown`: it may have been applied. */
  | {
      readonly kind: 'later' | 'unknown' | 'waiting';
      readonly dueAtMs: number;
      readonly attempts: number;
      readonly words: string;
      /** What it waits for, where that was told, and since when. */
      readonly code?: ConflictCode;
      readonly sinceMs?: number;
      /** It has waited so long that somebody should see it. */
      readonly tell?: boolean;
      /** The records that it waits for. */
      readonly by?: readonly RecordId[];
    };

/** A delivery ended, one way or another. The record's link holds the attempt that was made. */
export function settle(record: RecordState, system: SystemId, outcome: Settled, table: Table, context: Context): Plan {
  const draft = draftOf(record, table, context);
  const attempt = linkOf(draft, system).planned;
  if (attempt) end(draft, system, attempt, outcome);
  planDeliveries(draft);
  if (attempt && (outcome.kind === 'later' || outcome.kind === 'waiting' || outcome.kind === 'unknown')) postpone(draft, system, outcome);
  return planOf(draft);
}

function end(draft: Draft, system: SystemId, attempt: Attempt, outcome: Settled): void {
  switch (outcome.kind) {
    case 'written':
      return acknowledge(draft, system, attempt, outcome);
    case 'applied':
      acknowledge(draft, system, attempt, { kind: 'written', row: unheard(system, outcome.key) });
      return expectEcho(draft, system, attempt);
    case 'removed':
      return acknowledgeRemoval(draft, system, attempt);
    case 'stale':
    case 'exists':
      unplan(draft, system);
      remember(draft, system, attempt);
      return absorb(draft, outcome.row);
    case 'missing':
      unplan(draft, system);
      remember(draft, system, attempt);
      return bury(draft, system);
    case 'unfit':
      return withhold(draft, system, attempt, outcome.registers);
    case 'refused':
      remember(draft, system, attempt);
      return refuse(draft, system, attempt, outcome);
    case 'later':
    case 'waiting':
    case 'unknown':
      return undefined;
  }
}

/** What is read of the row later may be what the system made of the values that it was sent. */
function expectEcho(draft: Draft, system: SystemId, attempt: Attempt): void {
  putLink(draft, system, { ...linkOf(draft, system), unconfirmed: [attempt] });
}

/** A row of which no column is known. */
function unheard(system: SystemId, key: Key): MappedRow {
  return { system, key, version: undefined, values: new Map(), unreadable: [], waitsFor: [] };
}

type Written = Extract<Settled, { readonly kind: 'written' }>;

/** What was written is seen, by identity: whatever the system made of a value, its operation needs no further write. */
function acknowledge(draft: Draft, system: SystemId, attempt: Attempt, { row, readLater = false }: Written): void {
  // What the row says of registers that this write did not carry may be news: a column that the system filled in itself.
  const settled = new Set<string>();
  for (const name in attempt.registers) {
    const sent = must(attempt.registers[name], 'an own name');
    const told = name === LIFE ? undefined : row.values.get(name);
    if (isOfParts(draft.table, name)) {
      acknowledgeWhole(draft, system, name, sent, told);
      continue;
    }
    // What was read only after the write may be a user's edit on top of it; a value that no rounding or trimming explains is taken as one.
    const edited = told !== undefined && (readLater ? !isNear(sent.value, told) : isFilledIn(attempt, sent.value, told));
    if (!edited) settled.add(name);
    const stored = edited ? sent.value : (told ?? sent.value);
    const near = !sameValue(stored, sent.value);
    if (near) fail(draft, system, 'C14', `${name} was stored otherwise than written`, row.key);
    const register = registerOf(draft, name);
    const shadow = { value: stored, sent: near ? sent.value : undefined, ops: sent.ops, saw: sent.saw };
    putRegister(draft, name, closeIn(draft, name, seenBy(register, system, shadow)));
  }
  if (attempt.kind === 'create') startAfresh(draft, row, attempt);
  // Of what was read only later, nobody can tell who set it.
  const filled = readLater ? undefined : filledIn(draft, row, settled);
  unplan(draft, system);
  see(draft, system, attempt);
  absorb(draft, row, settled, filled);
  const isMade = attempt.kind === 'create' ? madeIn(draft.table) : undefined;
  if (isMade) putLink(draft, system, { ...linkOf(draft, system), isMade });
}

/** A system that was told the whole tells its part in another column: that one is as it was, or an edit. */
function acknowledgeWhole(draft: Draft, system: SystemId, name: string, sent: Attempt['registers'][string], told: Value | undefined): void {
  const register = registerOf(draft, name);
  const { value = told ?? null } = register.shadows[system] ?? {};
  const shadow = { value, sent: undefined, ops: sent.ops, saw: sent.saw };
  putRegister(draft, name, closeIn(draft, name, seenBy(register, system, shadow)));
}

function acknowledgeRemoval(draft: Draft, system: SystemId, attempt: Attempt): void {
  const life = registerOf(draft, LIFE);
  const carried = attempt.registers[LIFE];
  if (carried) putShadow(draft, LIFE, life, system, { value: 'deleted', ops: carried.ops, saw: carried.saw });
  see(draft, system, attempt);
  putLink(draft, system, goneLink(linkOf(draft, system), 'deleted'));
  draft.deliveries.set(system, undefined);
}

/** The attempt is over, and it is known what became of it. */
function unplan(draft: Draft, system: SystemId): void {
  const link = copyOfLink(linkOf(draft, system));
  link.planned = undefined;
  link.parked = undefined;
  link.blocked = undefined;
  putLink(draft, system, link);
  draft.deliveries.set(system, undefined);
}

/** This time it was not applied; before a restart it may have been. */
function remember(draft: Draft, system: SystemId, attempt: Attempt): void {
  if (draft.context.neverSent(attempt.id)) return;
  const link = linkOf(draft, system);
  putLink(draft, system, { ...link, unconfirmed: [...(link.unconfirmed ?? []), attempt] });
}

/** What gives way leaves the rest to be written without it; what does not waits. */
function refuse(draft: Draft, system: SystemId, attempt: Attempt, refusal: Refusal): void {
  const judged = givenWay(draft, system, attempt, refusal);
  if (judged.length === 0) return park(draft, system, attempt, refusal);
  fail(draft, system, 'C13', `${refusal.why}: ${refusal.words}`);
  unplan(draft, system);
  impose(draft, judged);
}

function park(draft: Draft, system: SystemId, attempt: Attempt, { why, words }: { readonly why: string; readonly words: string }): void {
  putLink(draft, system, { ...linkOf(draft, system), planned: undefined, blocked: undefined, parked: attempt });
  draft.deliveries.set(system, { ...dueNow(draft, system, attempt), state: 'parked', words });
  fail(draft, system, 'C13', `${why}: ${words}`);
}

/** What a system cannot hold is kept from it, and the rest is written without it; but a row is not made without its key. */
function withhold(draft: Draft, system: SystemId, attempt: Attempt, registers: Readonly<Record<string, string>>): void {
  const needed = attempt.kind === 'create' ? draft.table.map.key.find((name) => registers[name] !== undefined) : undefined;
  if (needed !== undefined) return park(draft, system, attempt, { why: 'not-representable', words: registers[needed] ?? '' });
  unplan(draft, system);
  const link = copyOfLink(linkOf(draft, system));
  const withheld: Record<string, NonNullable<Link['withheld']>[string]> = {};
  for (const name in link.withheld) {
    const kept = link.withheld[name];
    if (kept && isWithheld(link, name, registerOf(draft, name))) withheld[name] = kept;
  }
  for (const name in registers) {
    const words = registers[name] ?? '';
    withheld[name] = { ops: attempt.registers[name]?.ops ?? [], words };
    fail(draft, system, 'C17', `${words}: it is held back, the other fields go on`, link.key);
  }
  link.withheld = withheld;
  putLink(draft, system, link);
}

/** The same attempt, later; one that may have been applied is remembered until a read tells. */
function postpone(draft: Draft, system: SystemId, outcome: Extract<Settled, { readonly dueAtMs: number }>): void {
  const link = linkOf(draft, system);
  const { planned, unconfirmed = [] } = link;
  if (!planned) return;
  const { dueAtMs, attempts, words } = outcome;
  const again = outcome.kind === 'unknown' ? { ...planned, id: deliveryId(draft.record.id, system, draft.record.revision) } : planned;
  const open = outcome.kind === 'unknown' ? [...unconfirmed, planned] : unconfirmed;
  const { code, sinceMs, tell = false, by } = outcome;
  const next = copyOfLink(link);
  next.planned = again;
  next.unconfirmed = open.length > 0 ? open : undefined;
  next.blocked = by && { by, sinceMs: sinceMs ?? draft.context.nowMs };
  putLink(draft, system, next);
  const state = outcome.kind !== 'waiting' ? 'due' : code === 'C08' ? 'parked' : 'waiting';
  const since = { ...(code === undefined ? {} : { code }), ...(sinceMs === undefined ? {} : { sinceMs }) };
  draft.deliveries.set(system, { ...dueNow(draft, system, again), state, dueAtMs, attempts, words, ...since });
  if (tell) fail(draft, system, 'C08', words);
}
