import type { OpId, SystemId } from '../ids.ts';
import type { MappedRow } from '../map/mapped.ts';
import { isNear } from './near.ts';
import { possibleBases } from './possible-bases.ts';
import { PLAIN } from '../policy/kind.ts';
import { actorOf } from '../register/actors.ts';
import { LIFE, type Attempt, type Link, type Register, type Shadow } from '../record/record.ts';
import { copyOfLink, copyOfRecord } from '../record/copies.ts';
import { isHeldBy, isResting } from '../record/resting.ts';
import type { Reading } from '../register/register.ts';
import { isEmpty, sameValue, type Value } from '../values.ts';
import { judge } from './judge.ts';
import { closeIn } from './closing-in.ts';
import { numbersSent, perhapsSent } from './sent.ts';
import {
  changeIn,
  fail,
  latestStamp,
  linkOf,
  putLink,
  putRegister,
  registerNow,
  registerOf,
  storedIn,
  toldOpen,
  write,
  type Draft,
} from './draft.ts';
import { admit, admittedIn, frontierIn, knownToAll, seenBy } from './frontier.ts';
import { holdersIn } from './holders.ts';
import { fieldsOf, isOfParts, type Table } from '../map/compile.ts';
import { startAfresh } from './filled-in.ts';
import { unreadAfter } from './unread.ts';
import { must } from '../errors/must.ts';

/** A user's clock may run ahead by this much before it is no longer believed. */
const CLOCK_AHEAD_MS_MAX = 5 * 60_000;

/** A register in which a row differs from its shadow. */
export interface Found {
  readonly name: string;
  readonly value: Value;
  readonly shadow: Shadow | undefined;
  /** What it was perhaps made on instead. */
  readonly or?: readonly Reading[] | undefined;
  /** The system filled it in by itself: it is nobody's edit, and comes before whatever anybody does. */
  readonly isFilledIn?: boolean;
}

/**
 * Takes what a row says into the record: what differs from the shadow is an edit, unless it is a write of our own coming back.
 * The row is known to be newer than the link's version. `settled` are registers of which the row says nothing new.
 */
export function absorb(draft: Draft, row: MappedRow, settled?: ReadonlySet<string>, filledIn: ReadonlySet<string> = NONE): void {
  const link = linkOf(draft, row.system);
  const attempts = perhapsSent(draft, link);
  recogniseEchoes(draft, row, attempts, settled !== undefined);
  if (link.state !== 'present') putLink(draft, row.system, { ...linkOf(draft, row.system), heads: draft.record.heads });
  const isFilledIn = (one: Found): Found => (filledIn.has(one.name) ? { ...one, isFilledIn: true } : one);
  const [life, edits] = [lifeOf(draft, row, link), editsOf(draft, row, attempts, settled).map(isFilledIn)];
  const found = life.length === 0 ? edits : [...life, ...edits];
  relink(draft, row, attempts);
  reportUnreadable(draft, row);
  enter(draft, found, row);
}

const NONE: ReadonlySet<string> = new Set();

/** Takes edits of one author into the document and the registers, and has everything that they touch decided. */
export function enter(draft: Draft, found: readonly Found[], row: Pick<MappedRow, 'system' | 'modifiedAtMs' | 'by'>): void {
  if (found.length === 0) return;
  const { system, by } = row;
  const link = linkOf(draft, system);
  const atMs = believed(draft, row);
  const ops = append(draft, found, row, atMs, link);
  const seq = draft.record.seq;
  const after = copyOfLink(linkOf(draft, system));
  after.ownSeq = seq;
  after.heads = [must(draft.changes.at(-1), 'just appended').hash];
  putLink(draft, system, after);
  found.forEach(({ name, value, shadow, or, isFilledIn }, index) => {
    const op = must(ops[index], 'each register has its operation');
    const [before, perhapsSeen] = [registerOf(draft, name), Math.max(0, ...numbersSent(draft, name))];
    const admitted = admit(before, { op, system, value, shadow, or, atMs, by, perhapsSeen });
    tellEdit(draft, seq, name, before, admitted);
    putRegister(draft, name, isFilledIn ? knownToAll(admitted, holdersIn(draft, name)) : admitted);
  });
  const names = found.map(({ name }) => name);
  judge(draft, touched(draft, names), seq);
}

/** A clock that runs ahead would win everything that is decided by time: it is believed so far, and somebody should see it. */
function believed(draft: Draft, { system, modifiedAtMs }: Pick<MappedRow, 'system' | 'modifiedAtMs'>): number {
  const { nowMs } = draft.context;
  if (modifiedAtMs === undefined) return nowMs;
  if (modifiedAtMs <= nowMs + CLOCK_AHEAD_MS_MAX) return modifiedAtMs;
  const seconds = Math.round((modifiedAtMs - nowMs) / 1000);
  const words = `an edit bears a time that is ${seconds} s ahead: it counts as ${CLOCK_AHEAD_MS_MAX / 1000} s ahead, but the clocks should be set`;
  fail(draft, system, 'C16', words, linkOf(draft, system).key);
  return nowMs + CLOCK_AHEAD_MS_MAX;
}

/** As long as somebody has deleted a record, every further edit may be the one that speaks against it, or no longer does. */
function touched(draft: Draft, names: readonly string[]): readonly string[] {
  const life = storedIn(draft, LIFE);
  const isDisputed = life !== undefined && (isResting(life) ? life[0] === 'deleted' : isDeletedBySome(life));
  return names.includes(LIFE) || !isDisputed ? names : [...names, LIFE];
}

function isDeletedBySome({ value, held, log }: Register): boolean {
  return value === 'deleted' || held !== undefined || log.some((edit) => edit.value === 'deleted');
}

function append(draft: Draft, found: readonly Found[], row: Pick<MappedRow, 'system' | 'by'>, atMs: number, link: Link): readonly OpId[] {
  const stamp = { ms: atMs, count: 0, system: row.system };
  return write(
    draft,
    { author: row.system, stamp, deps: link.heads, by: row.by },
    found.map(({ name, value, shadow }) => ({ fields: fieldsOf(draft.table, name), value, pred: shadow?.ops ?? [] })),
  );
}

/** The change tells the edit that it brought, and bears the latest of their stamps. */
export function tellEdit(draft: Draft, seq: number, name: string, before: Register, after: Register): void {
  const change = must(changeIn(draft, seq), 'just appended');
  const { edit, joins } = admittedIn(before, after);
  if (!edit) return;
  change.edits.push(toldOpen(name, edit, before, joins));
  change.stamp = latestStamp(
    frontierIn(after).filter(({ op }) => op === edit.op),
    change.stamp,
  );
}

/** Values that we may have written ourselves are ours, whichever of several attempts they come from, and also as the system stores them. */
function recogniseEchoes(draft: Draft, row: MappedRow, attempts: readonly Attempt[], isAnswer: boolean): void {
  if (attempts.length === 0) return;
  // Which attempt made a row that is told in answer to one is known.
  const isKnown = isAnswer || linkOf(draft, row.system).state === 'present';
  const made = isKnown ? undefined : attempts.findLast(({ kind }) => kind === 'create');
  if (made) startAfresh(draft, row, made);
  for (const name of new Set(attempts.flatMap(({ registers }) => Object.keys(registers)))) {
    // Where a system tells a part, what it was told stands in another column.
    const value = isOfParts(draft.table, name) ? undefined : row.values.get(name);
    const register = registerNow(draft, name);
    const shadow = register?.shadows[row.system];
    if (value === undefined || !register || (shadow && sameValue(shadow.value, value))) continue;
    const attempt = attemptOf(attempts, name, (sent) => sameValue(sent, value)) ?? attemptOf(attempts, name, (sent) => isNear(sent, value));
    const echo = attempt?.registers[name];
    if (!attempt || !echo) continue;
    const sent = sameValue(echo.value, value) ? undefined : echo.value;
    if (sent !== undefined) fail(draft, row.system, 'C14', `${name} was stored otherwise than written`, row.key);
    putShadow(draft, name, register, row.system, { value, sent, ops: echo.ops, saw: echo.saw });
    see(draft, row.system, attempt);
  }
}

/** The latest of several attempts that carried such a value. */
function attemptOf(attempts: readonly Attempt[], name: string, isSuch: (sent: Value) => boolean): Attempt | undefined {
  return attempts.findLast(({ registers }) => registers[name] !== undefined && isSuch(registers[name].value));
}

/** The heads that the system has now seen: those of the attempt, and its own last change if that is not among their past. */
export function see(draft: Draft, system: SystemId, attempt: Attempt): void {
  const link = linkOf(draft, system);
  const own = draft.record.actors[actorOf(system)];
  const heads = own && link.ownSeq > attempt.seq ? [...attempt.heads, own.hash].toSorted() : attempt.heads;
  const seen = copyOfLink(link);
  seen.heads = heads;
  putLink(draft, system, seen);
}

export function putShadow(draft: Draft, name: string, register: Register, system: string, shadow: Shadow): void {
  putRegister(draft, name, seenBy(register, system, shadow));
}

/** The first sight of a row is a sign of life; so is the return of one that was deleted. */
function lifeOf(draft: Draft, row: MappedRow, link: Link): readonly Found[] {
  if (link.state === 'present' && storedIn(draft, LIFE)) return [];
  const life = registerNow(draft, LIFE);
  if (!life) return [{ name: LIFE, value: 'live', shadow: undefined }];
  const planned = link.planned?.kind === 'create' || link.unconfirmed?.some((attempt) => attempt.kind === 'create');
  if (life.value === 'live' || planned) {
    const seen = seenBy(life, row.system, { value: 'live', sent: undefined, ops: life.ops, saw: life.count });
    putRegister(draft, LIFE, closeIn(draft, LIFE, seen));
    return [];
  }
  // A row that is made anew after its record was deleted everywhere brings the record back to life.
  return [{ name: LIFE, value: 'live', shadow: { value: life.value, ops: life.ops, saw: life.count } }];
}

function editsOf(draft: Draft, row: MappedRow, attempts: readonly Attempt[], settled: ReadonlySet<string> | undefined): readonly Found[] {
  const found: Found[] = [];
  const { registers } = draft.record;
  const atMs = row.modifiedAtMs ?? draft.context.nowMs;
  const asleep = draft.awake.size === 0;
  for (const [name, value] of row.values) {
    const stored = asleep ? registers[name] : storedIn(draft, name);
    // Nearly every field of nearly every row: it rests, and reads as it did.
    if (stored !== undefined && isResting(stored) && sameValue(stored[0], value) && isHeldBy(stored, row.system)) continue;
    if (settled?.has(name)) continue;
    const register = registerNow(draft, name);
    const shadow = register?.shadows[row.system];
    if (shadow ? sameValue(shadow.value, value) : firstSight(draft, row.system, name, value)) continue;
    const traits = draft.table.registers.get(name)?.traits ?? PLAIN;
    // A part is told in a column of its own: nobody typed it over what was written.
    const or =
      register && shadow && !traits.parts ? possibleBases(register, { name, system: row.system, atMs, attempts }, traits) : undefined;
    found.push({ name, value, shadow, or });
  }
  return found;
}

/**
 * What is nobody's edit when a system is seen for the first time: an empty column, which must not wipe out what another system holds,
 * and the very value that is merged already.
 */
export function firstSight(draft: Draft, system: SystemId, name: string, value: Value): boolean {
  const register = registerOf(draft, name);
  const agrees = register.count > 0 && !register.held && !isOfParts(draft.table, name) && sameValue(register.value, value);
  if (!agrees && !isEmpty(value)) return false;
  const [ops, saw] = agrees ? [register.ops, register.count] : [[], 0];
  const seen = seenBy(register, system, { value, sent: undefined, ops, saw });
  putRegister(draft, name, agrees ? closeIn(draft, name, seen) : seen);
  return true;
}

/** Only where records that look alike are told apart by people does it matter who made a row. */
export function madeIn({ relations: { match, review } }: Table): Link['isMade'] {
  return match.length + review.length > 0 ? true : undefined;
}

function relink(draft: Draft, row: MappedRow, attempts: readonly Attempt[]): void {
  const link = linkOf(draft, row.system);
  const { key: old, planned, parked, unread } = link;
  if (old !== row.key) {
    if (old !== undefined) draft.unlinked.push({ system: row.system, key: old });
    draft.linked.push({ system: row.system, key: row.key });
  }
  const stillUnread = unreadAfter(unread, row, draft.context.nowMs);
  // What was refused stands in the queue until it would be another write.
  if (planned || (unread !== stillUnread && !parked)) draft.deliveries.set(row.system, undefined);
  // An attempt that still expects this very version may yet be applied; all others were, or never will be.
  const isOpen = ({ expected }: Attempt): boolean => expected !== undefined && expected === row.version;
  const open = attempts.length === 0 ? attempts : attempts.filter(isOpen);
  const now = copyOfLink(link);
  now.key = row.key;
  now.state = 'present';
  now.version = row.version;
  now.planned = undefined;
  now.unread = stillUnread;
  if (link.state !== 'present' && attempts.some(({ kind }) => kind === 'create')) now.isMade = madeIn(draft.table);
  now.unconfirmed = open.length > 0 ? open : undefined;
  putLink(draft, row.system, now);
  const { identity } = row;
  if (identity === undefined || draft.record.identity !== undefined) return;
  const record = copyOfRecord(draft.record);
  record.identity = identity;
  draft.record = record;
}

function reportUnreadable(draft: Draft, row: MappedRow): void {
  for (const { register, words } of row.unreadable) {
    draft.failures.push({
      atMs: draft.context.nowMs,
      system: row.system,
      entity: draft.record.entity,
      record: draft.record.id,
      key: row.key,
      code: 'VALUE_UNREADABLE',
      words: `${register}: ${words}`,
    });
  }
}
