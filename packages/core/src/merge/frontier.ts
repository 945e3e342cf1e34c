import { compareStamps, type Stamp } from '../clock/stamp.ts';
import type { OpId, SystemId } from '../ids.ts';
import type { RegisterRule } from '../map/compile.ts';
import { beneathOf } from '../policy/counter.ts';
import type { View } from '../policy/policy.ts';
import type { Agreed, Edit, Register, Shadow } from '../record/record.ts';
import { rest } from '../record/rest.ts';
import { sameValue, type Value } from '../values.ts';

/** A register that nobody has told yet. */
export function blankRegister(members: number): Register {
  const value = members === 1 ? null : Array.from({ length: members }, () => null);
  return { value, count: 0, ops: [], frontier: [], agreed: [], shadows: {} };
}

/** An edit on its way into a register. */
export interface Incoming {
  readonly op: OpId;
  readonly system: SystemId;
  readonly value: Value;
  /** What its author stood on; absent at a birth. */
  readonly shadow?: Shadow;
  /** A ruling: its author had seen everything. */
  readonly sawAll?: boolean;
  readonly atMs: number;
  readonly by?: string;
}

/** Takes an edit into a register's frontier: what its author had seen drops out, the rest is concurrent. Nothing is decided yet. */
export function admit(register: Register, incoming: Incoming, rule: Pick<RegisterRule, 'traits' | 'type'>): Register {
  const { shadow, system, op, value } = incoming;
  const past = (edit: Edit): boolean =>
    incoming.sawAll === true || edit.system === system || (shadow !== undefined && shadow.saw >= edit.number);
  const kept = register.frontier.filter((edit) => !past(edit));
  const edit = editOf(register, incoming, register.frontier.filter(past));
  const beneath = rule.traits.additive && register.count > 0 ? beneathOf(rule.type, register.value, kept) : undefined;
  return {
    ...register,
    count: edit.number,
    ops: [...(incoming.sawAll ? [] : register.ops.filter((live) => !shadow?.ops.includes(live))), op],
    frontier: [...kept, edit],
    ...(beneath === undefined ? {} : { beneath }),
    shadows: incoming.sawAll ? register.shadows : { ...register.shadows, [system]: { value, ops: [op], saw: shadow?.saw ?? 0 } },
  };
}

function editOf(register: Register, incoming: Incoming, past: readonly Edit[]): Edit {
  const { op, system, value, shadow, by } = incoming;
  const on = incoming.sawAll ? register.value : shadow?.value;
  return {
    op,
    system,
    value,
    ...(on === undefined ? {} : { on }),
    saw: incoming.sawAll ? register.count : (shadow?.saw ?? 0),
    number: register.count + 1,
    stamp: stampAfter(past, incoming.atMs, system),
    ...(by === undefined ? {} : { by }),
  };
}

/** A hybrid logical clock: the author's own time, but never before what the author had seen. */
function stampAfter(past: readonly Edit[], ms: number, system: SystemId): Stamp {
  const latest = past.map((edit) => edit.stamp).reduce<Stamp | undefined>((a, b) => (a && compareStamps(a, b) > 0 ? a : b), undefined);
  if (!latest || latest.ms < ms) return { ms, count: 0, system };
  return { ms: latest.ms, count: latest.count + 1, system };
}

export function viewOf(register: Register, rule: Pick<RegisterRule, 'type'>): View {
  const saw = Math.min(...register.frontier.map((edit) => edit.saw));
  const base = standing(register.agreed, saw);
  return {
    frontier: register.frontier,
    type: rule.type,
    ...(base ? { base: base.value } : {}),
    ...(register.beneath === undefined ? {} : { beneath: register.beneath }),
  };
}

/** The latest merged value that is not newer than the one with this number. */
function standing(agreed: readonly Agreed[], number: number): Agreed | undefined {
  return agreed.findLast((entry) => entry.number <= number);
}

/**
 * The register once it has a merged value. Only who made all its live operations has seen it; everybody else has when a delivery is
 * confirmed, also those who hold that very value by chance: what they saw is decided by facts, never by what looks alike.
 */
export function accept(register: Register, value: Value, ops: readonly OpId[]): Register {
  const shadows = Object.fromEntries(
    Object.entries(register.shadows).map(([system, shadow]) => [
      system,
      reflects(shadow, ops) ? { ...shadow, ops, saw: register.count } : shadow,
    ]),
  );
  const next = { ...register, value, ops, shadows, agreed: [...register.agreed, { number: register.count, value }] };
  return rest({ ...next, agreed: stillStoodOn(next) });
}

function reflects(shadow: Shadow, ops: readonly OpId[]): boolean {
  return ops.every((op) => shadow.ops.includes(op));
}

/** Whether a system needs no write to hold a value: it does already, or stored its own form of it. */
export function holds(shadow: Shadow, value: Value): boolean {
  return sameValue(shadow.value, value) || (shadow.sent !== undefined && sameValue(shadow.sent, value));
}

/** Only the merged values that some system or edit stands on can ever be a base again, and the current one. */
export function stillStoodOn(register: Register): readonly Agreed[] {
  const { agreed } = register;
  const floors = new Set([...Object.values(register.shadows), ...register.frontier].map(({ saw }) => standing(agreed, saw)));
  return agreed.filter((entry, index) => index === agreed.length - 1 || floors.has(entry));
}
