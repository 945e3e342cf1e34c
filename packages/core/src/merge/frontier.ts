import { compareStamps, type Stamp } from '../clock/stamp.ts';
import type { OpId, SystemId } from '../ids.ts';
import type { RegisterRule } from '../map/compile.ts';
import { beneathOf } from '../policy/counter.ts';
import { earliestOf, isEmpty } from '../policy/edits.ts';
import type { View } from '../policy/policy.ts';
import type { Agreed, Edit, PossibleBase, Register, Shadow } from '../record/record.ts';
import { PERSON } from '../record/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { rest } from '../record/rest.ts';
import { isTuple, sameValue, type Value } from '../values.ts';

/** A register that nobody has told yet. */
export function blankRegister(members: number): Register {
  const value = members === 1 ? null : Array.from({ length: members }, () => null);
  return { ...BLANK, value };
}

/** Every register has the same members in the same order: the engines that run this are much faster then. */
const BLANK: Register = {
  value: null,
  count: 0,
  ops: [],
  frontier: [],
  beneath: undefined,
  total: undefined,
  first: undefined,
  slots: undefined,
  agreed: [],
  shadows: {},
  verdict: undefined,
  trail: undefined,
  possible: undefined,
  held: undefined,
};

/** An edit on its way into a register. */
export interface Incoming {
  readonly op: OpId;
  readonly system: SystemId;
  readonly value: Value;
  /** What its author stood on; absent at a birth. */
  readonly shadow?: Shadow | undefined;
  /** A ruling: its author had seen everything. */
  readonly sawAll?: boolean;
  /** What it was perhaps made on instead. */
  readonly possible?: readonly PossibleBase[] | undefined;
  readonly atMs: number;
  readonly by?: string | undefined;
}

/** Takes an edit into a register's frontier: what its author had seen drops out, the rest is concurrent. Nothing is decided yet. */
export function admit(register: Register, incoming: Incoming, rule: Pick<RegisterRule, 'traits' | 'type'>): Register {
  const { shadow, system, op, value } = incoming;
  const [past, kept]: [Edit[], Edit[]] = [[], []];
  for (const edit of register.frontier) (isPast(edit, incoming) ? past : kept).push(edit);
  const edit = editOf(register, incoming, past);
  const beneath = rule.traits.additive && register.count > 0 ? beneathAfter(register, incoming, kept, rule) : undefined;
  const next = copyOfRegister(register);
  next.count = edit.number;
  next.ops = incoming.sawAll ? [op] : [...register.ops.filter((live) => !shadow?.ops.includes(live)), op];
  next.frontier = kept.length === 0 ? [edit] : [...kept, edit];
  next.beneath = beneath ?? register.beneath;
  if (incoming.possible || register.possible) next.possible = possibleAfter(register, incoming, next.frontier);
  if (!incoming.sawAll) next.shadows = withShadow(register.shadows, system, { value, sent: undefined, ops: [op], saw: shadow?.saw ?? 0 });
  return rule.traits.first || rule.traits.slots ? remember(next, edit, rule) : next;
}

/** Who edits again, on top of an edit of their own of which it is not known what it was made on, has not seen more for that. */
function possibleAfter({ possible = {} }: Register, incoming: Incoming, frontier: readonly Edit[]): Register['possible'] {
  const next: Record<string, readonly PossibleBase[]> = {};
  for (const { op, system } of frontier) {
    const own = op === incoming.op ? incoming : undefined;
    const bases = [...(possible[system] ?? []), ...(own?.possible ?? [])].filter(({ saw }) => !own || saw > (own.shadow?.saw ?? 0));
    if (bases.length > 0 && !own?.sawAll) next[system] = bases;
  }
  return Object.keys(next).length === 0 ? undefined : next;
}

function isPast(edit: Edit, { sawAll, system, shadow }: Incoming): boolean {
  return sawAll === true || edit.system === system || (shadow !== undefined && shadow.saw >= edit.number);
}

/**
 * What lies beneath the edits that are kept: the whole sum less their deltas. The sum is not always the value, which may be bounded, or held
 * back; but a ruling is made on top of the value that its author saw.
 */
function beneathAfter({ total, value }: Register, { sawAll = false }: Incoming, kept: readonly Edit[], { type }: Typed): Value | undefined {
  return beneathOf(type, sawAll ? value : (total ?? value), kept);
}

/** Shadows with another one in place of a system's. */
function withShadow(shadows: Register['shadows'], system: string, shadow: Shadow): Register['shadows'] {
  const next: Record<string, Shadow> = {};
  for (const name in shadows) next[name] = name === system ? shadow : (shadows[name] ?? shadow);
  next[system] = shadow;
  return next;
}

/** The register once a system is known to stand where the shadow says. A copy, which may be changed until it is handed on. */
export function seenBy(register: Register, system: string, shadow: Shadow): ReturnType<typeof copyOfRegister> {
  const seen = copyOfRegister(register);
  seen.shadows = withShadow(register.shadows, system, shadow);
  return seen;
}

/**
 * Nobody made the latest edit, so it is in the past of whatever anybody makes: all systems count as having seen it, also those to which it is
 * still to be written.
 */
export function knownToAll(register: Register, holders: readonly string[]): Register {
  const shadows: Record<string, Shadow> = { ...register.shadows };
  for (const system of holders) {
    const shadow = shadows[system] ?? { value: emptyLike(register.value), sent: undefined, ops: [], saw: 0 };
    shadows[system] = { ...shadow, saw: Math.max(shadow.saw, register.count) };
  }
  const known = copyOfRegister(register);
  known.shadows = shadows;
  return known;
}

/** The empty value of a register that holds such a value. */
export function emptyLike(value: Value): Value {
  return isTuple(value) ? value.map(() => null) : null;
}

/** What policies that look further back than the frontier ask for. */
function remember(register: Register, edit: Edit, { traits }: Pick<RegisterRule, 'traits'>): Register {
  const next = copyOfRegister(register);
  if (traits.first) next.first = firstOf(register.first, edit);
  if (traits.slots) next.slots = { ...register.slots, [edit.system]: edit };
  return next;
}

/** The earliest edit, of those that are not empty if there is one; what a person ruled counts as the first again. */
function firstOf(first: Edit | undefined, edit: Edit): Edit | undefined {
  if (!first || edit.system === PERSON) return edit;
  if (first.system === PERSON) return first;
  if (isEmpty(first.value) !== isEmpty(edit.value)) return isEmpty(first.value) ? edit : first;
  return earliestOf([first, edit]);
}

type Typed = Pick<RegisterRule, 'type'>;

function editOf(register: Register, incoming: Incoming, past: readonly Edit[]): Edit {
  const { op, system, value, shadow, by } = incoming;
  const on = incoming.sawAll ? register.value : shadow?.value;
  return {
    op,
    system,
    value,
    on,
    saw: incoming.sawAll ? register.count : (shadow?.saw ?? 0),
    known: incoming.sawAll ? undefined : knownToOthers(register, system, shadow?.saw ?? 0),
    number: register.count + 1,
    stamp: stampAfter(past, incoming.atMs, system),
    by,
  };
}

/** What a single author makes of it in several steps is the author's alone until somebody else has seen it. */
function knownToOthers({ shadows }: Register, author: string, saw: number): number | undefined {
  let others = -1;
  for (const system in shadows) if (system !== author) others = Math.max(others, shadows[system]?.saw ?? 0);
  return others < 0 || others >= saw ? undefined : others;
}

/** A hybrid logical clock: the author's own time, but never before what the author had seen. */
function stampAfter(past: readonly Edit[], ms: number, system: SystemId): Stamp {
  let latest: Stamp | undefined;
  for (const { stamp } of past) if (!latest || compareStamps(stamp, latest) >= 0) latest = stamp;
  if (!latest || latest.ms < ms) return { ms, count: 0, system };
  return { ms: latest.ms, count: latest.count + 1, system };
}

export function viewOf(register: Register, rule: Pick<RegisterRule, 'type'>, fields?: View['fields']): View {
  const base = baseOf(register);
  const { frontier, beneath, first, slots } = register;
  return {
    frontier,
    type: rule.type,
    ...(base === undefined ? {} : { base }),
    ...(beneath === undefined ? {} : { beneath }),
    ...(fields === undefined ? {} : { fields }),
    ...(first === undefined ? {} : { first }),
    ...(slots === undefined ? {} : { slots }),
  };
}

/**
 * The latest merged value that every author in the frontier had seen; `undefined` at a birth. Of a single author's edit it is the latest that
 * somebody else had seen, too: it must not matter whether Concord heard of each of the author's steps or of the last.
 */
export function baseOf({ frontier, agreed }: Pick<Register, 'frontier' | 'agreed'>): Value | undefined {
  const [first, ...more] = frontier;
  if (first && more.length === 0) return standing(agreed, first.known ?? first.saw)?.value;
  let saw = Number.POSITIVE_INFINITY;
  for (const edit of frontier) saw = Math.min(saw, edit.saw);
  return standing(agreed, saw)?.value;
}

/** The latest merged value that is not newer than the one with this number. */
function standing(agreed: readonly Agreed[], number: number): Agreed | undefined {
  return agreed.findLast((entry) => entry.number <= number);
}

interface Accepted {
  /** The systems that have the register. */
  readonly holders: readonly string[];
  /** The merged values, by number, that are perhaps on their way to a system. */
  readonly sent: readonly number[];
  readonly total: Value | undefined;
}

/**
 * The register once it has a merged value. Only who made all its live operations has seen it; everybody else has when a delivery is
 * confirmed, also those who hold that very value by chance: what they saw is decided by facts, never by what looks alike.
 */
export function accept(register: Register, value: Value, ops: readonly OpId[], { holders, sent, total }: Accepted): Register {
  const shadows: Record<string, Shadow> = {};
  for (const system in register.shadows) {
    const shadow = register.shadows[system];
    if (shadow) shadows[system] = reflects(shadow, ops) ? { value: shadow.value, sent: shadow.sent, ops, saw: register.count } : shadow;
  }
  const next = copyOfRegister(register);
  next.value = value;
  next.ops = ops;
  next.shadows = shadows;
  next.total = total;
  next.agreed = [...register.agreed, { number: register.count, value }];
  next.agreed = stillStoodOn(next, sent);
  return rest(next, holders);
}

function reflects(shadow: Shadow, ops: readonly OpId[]): boolean {
  if (shadow.ops === ops) return true;
  return ops.every((op) => shadow.ops.includes(op));
}

/** Whether a system needs no write to hold a value: it does already, or stored its own form of it. */
export function holds(shadow: Shadow, value: Value): boolean {
  return sameValue(shadow.value, value) || (shadow.sent !== undefined && sameValue(shadow.sent, value));
}

/**
 * Only the merged values that some system or edit stands on can ever be a base again, and the current one; and those that a system will stand
 * on once it is known that it took what was `sent` to it.
 */
export function stillStoodOn(register: Register, sent: readonly number[]): readonly Agreed[] {
  const { agreed } = register;
  let kept: Agreed[] | undefined;
  for (let at = 0; at < agreed.length - 1; at += 1) {
    const [entry, next] = [agreed[at], agreed[at + 1]];
    const isKept = entry && next && isStoodOn(entry.number, next.number, register, sent);
    if (isKept) kept?.push(entry);
    else kept ??= agreed.slice(0, at);
  }
  const last = agreed.at(-1);
  if (kept && last) kept.push(last);
  return kept ?? agreed;
}

/** Whether somebody's latest is one from this number on, and not yet the next one. */
function isStoodOn(from: number, next: number, { shadows, frontier, possible }: Register, sent: readonly number[]): boolean {
  for (const system in shadows) {
    const saw = shadows[system]?.saw ?? 0;
    if (saw >= from && saw < next) return true;
  }
  for (const { saw } of frontier) if (saw >= from && saw < next) return true;
  for (const author in possible) for (const { saw } of possible[author] ?? []) if (saw >= from && saw < next) return true;
  for (const saw of sent) if (saw >= from && saw < next) return true;
  return false;
}
