import type { OpId, SystemId } from '../ids.ts';
import { CONCORD, PERSON } from '../register/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import type { Edit, Register, Shadow } from '../record/record.ts';
import { admit as admitOpen } from '../register/log.ts';
import { frontierOf, isChange, liftedOver, openEdits } from '../register/open.ts';
import type { Edit as OpenEdit, Reading, Register as Log, Stable } from '../register/register.ts';
import { seenOf } from '../policy/register-policy.ts';
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
  stable: undefined,
  log: [],
  shadows: {},
  renumbered: undefined,
  verdict: undefined,
  trail: undefined,
  held: undefined,
  isBlank: true,
};

/** A register as its stable value and its log, with what every system is known to have seen and to show. */
export function logOf(register: Register): Log {
  const shown: Record<string, Value> = {};
  for (const system in register.shadows) {
    const shadow = register.shadows[system];
    if (shadow) shown[system] = shadow.value;
  }
  return { ...acknowledgedIn(register), shown };
}

/** The same, without what every system shows. */
function acknowledgedIn({ stable, count, log, shadows, renumbered }: Register): Log {
  const acks: Record<string, number> = {};
  for (const system in shadows) acks[system] = shadows[system]?.saw ?? 0;
  return { stable, count, log, acks, shown: undefined, renumbered };
}

/** The edits of which none is in another's past, in the order of their stamps; the edit that stands, where all have seen it. */
export function frontierIn({ log, stable }: Pick<Register, 'log' | 'stable'>): readonly Edit[] {
  const [edit, ...others] = log;
  if (edit && others.length === 0 && isChange(edit)) return [loneEdit(edit, stable)];
  const opens = edit ? openEdits(log, stable) : [];
  const changes = frontierOf(opens.filter(isChange));
  return changes.length === 0 ? (stable ? [standingEdit(stable)] : []) : changes.map(seenOf);
}

/** Nearly always there is but one, which comes after what is stable whatever its time says. */
function loneEdit({ op, author: system, value, before: on, saw, number, stamp, by }: OpenEdit, stable: Stable | undefined): Edit {
  return { op, system, value, on, saw, number, stamp: stable ? liftedOver(stamp, stable.stamp) : stamp, by };
}

function standingEdit({ op, author, value, number, stamp, by }: Stable): Edit {
  return { op, system: author, value, saw: number, number, stamp, ...(by === undefined ? {} : { by }) };
}

/** An edit on its way into a register. */
export interface Incoming {
  readonly op: OpId;
  readonly system: SystemId;
  readonly value: Value;
  /** What its author stood on; absent at a birth, and of what a person or Concord says. */
  readonly shadow?: Shadow | undefined;
  /** What else it was perhaps made on. */
  readonly or?: readonly Reading[] | undefined;
  readonly atMs: number;
  readonly by?: string | undefined;
  /** The latest merged value, by number, that anybody else has perhaps seen. */
  readonly perhapsSeen: number;
}

/** Takes an edit into a register's log. Nothing is decided yet. */
export function admit(register: Register, incoming: Incoming): Register {
  const { shadow, system, op, value, or, atMs, by, perhapsSeen } = incoming;
  const stamp = { ms: atMs, count: 0, system };
  const { count, ...after } = admitOpen(acknowledgedIn(register), {
    op,
    author: system,
    value,
    before: shadow?.value,
    or,
    stamp,
    by,
    perhapsSeen,
  });
  const next = copyOfRegister(register);
  const isOfAll = system === PERSON || system === CONCORD;
  next.count = count;
  next.stable = after.stable;
  next.log = after.log;
  next.ops = isOfAll ? [op] : [...register.ops.filter((live) => !shadow?.ops.includes(live)), op];
  if (!isOfAll) next.shadows = withShadow(register.shadows, system, { value, sent: undefined, ops: [op], saw: shadow?.saw ?? 0 });
  return next;
}

/** The edit that was taken in last, and the author's step before it that it stands for as well. */
export function admittedIn(before: Register, after: Register): { readonly edit: OpenEdit | undefined; readonly joins: number | undefined } {
  const edit = after.log.at(-1);
  const joined = before.log.find((one) => !after.log.some(({ op }) => op === one.op));
  return { edit, joins: joined?.number };
}

/** Shadows with another one in place of a system's. */
function withShadow(shadows: Register['shadows'], system: string, shadow: Shadow): Register['shadows'] {
  const next: Record<string, Shadow> = {};
  for (const name in shadows) next[name] = name === system ? shadow : (shadows[name] ?? shadow);
  next[system] = shadow;
  return next;
}

/**
 * The register once a system is known to stand where the shadow says; what it has seen never falls. A copy, which may be changed until it is
 * handed on.
 */
export function seenBy(register: Register, system: string, shadow: Shadow): ReturnType<typeof copyOfRegister> {
  const known = register.shadows[system]?.saw ?? 0;
  const seen = copyOfRegister(register);
  seen.shadows = withShadow(register.shadows, system, known > shadow.saw ? { ...shadow, saw: known } : shadow);
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

/** With room for one more merged value: whoever had seen the one before has not seen what other fields made of it. */
export function withOneMore(register: Register): Register {
  const next = copyOfRegister(register);
  next.count = register.count + 1;
  next.renumbered = next.count;
  return next;
}

/** The register once it has a merged value. A system that has made, or acknowledged, all that is live needs no write. */
export function accept(register: Register, value: Value, ops: readonly OpId[]): ReturnType<typeof copyOfRegister> {
  const shadows: Record<string, Shadow> = {};
  for (const system in register.shadows) {
    const shadow = register.shadows[system];
    if (shadow) shadows[system] = reflects(shadow, ops) ? { value: shadow.value, sent: shadow.sent, ops, saw: shadow.saw } : shadow;
  }
  const next = copyOfRegister(register);
  next.value = value;
  next.ops = ops;
  next.shadows = shadows;
  next.isBlank = undefined;
  return next;
}

function reflects(shadow: Shadow, ops: readonly OpId[]): boolean {
  if (shadow.ops === ops) return true;
  return ops.every((op) => shadow.ops.includes(op));
}

/** Whether a system needs no write to hold a value: it does already, or stored its own form of it. */
export function holds(shadow: Shadow, value: Value): boolean {
  return sameValue(shadow.value, value) || (shadow.sent !== undefined && sameValue(shadow.sent, value));
}
