import type { LifeOpening, Opening, RegisterOpening } from '../ports/epoch.ts';
import { conflictIdFrom } from '../ids.ts';
import { blankRegister } from '../merge/frontier.ts';
import { LIFE } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import { openLife, type ReplayedLife } from './life.ts';
import { openReplayed, type Replayed } from './register.ts';

/** A register as it stands in a replay, told so that another replay can begin with it. What was lost until then is not told. */
export function openingFrom({ register, agreed, standing, brought, wrote }: Replayed): RegisterOpening {
  const { value, count, ops, frontier, beneath, total, first, slots, held } = register;
  const { rule, reason } = standing;
  return {
    value,
    count,
    ops,
    frontier,
    agreed,
    brought: [...brought],
    ...(beneath === undefined ? {} : { beneath }),
    ...(total === undefined ? {} : { total }),
    ...(first === undefined ? {} : { first }),
    ...(slots === undefined ? {} : { slots }),
    ...(held === undefined ? {} : { held: { code: held.code, ...(held.provisional ? { provisional: held.provisional } : {}) } }),
    ...(wrote === undefined ? {} : { wrote }),
    ...(rule === undefined || reason === undefined ? {} : { why: { rule, reason } }),
  };
}

/** The other way: `openingFrom(replayedFrom(opening))` equals `opening`. */
export function replayedFrom(opening: RegisterOpening): Replayed {
  const { value, count, ops, frontier, beneath, total, first, slots, held, brought, wrote, why } = opening;
  const agreed = [...opening.agreed];
  const open = openReplayed(1);
  return {
    ...open,
    agreed,
    register: {
      ...blankRegister(1),
      value,
      count,
      ops,
      frontier,
      beneath,
      total,
      first,
      slots,
      agreed,
      held: held && { ...held, id: conflictIdFrom('replayed'), seq: 0, atMs: 0 },
    },
    standing: { value, held: held !== undefined, ...why },
    brought: new Map(brought),
    wrote,
  };
}

export function lifeOpening(life: ReplayedLife): LifeOpening {
  return { ...openingFrom(life), wasDead: life.wasDead, rivals: life.rivals, has: [...life.has] };
}

export function lifeFrom(opening: LifeOpening): ReplayedLife {
  return { ...openLife(), ...replayedFrom(opening), wasDead: opening.wasDead, rivals: opening.rivals, has: new Map(opening.has) };
}

/** What the ledger says of the moment at which an opening is told. */
export interface OpeningNeeds {
  /** By register, the oldest merged value, by number, that an edit to come may stand on. */
  readonly floors: ReadonlyMap<string, number>;
  /** By register, what stood; a register that waited for a person is not among them. */
  readonly stood: ReadonlyMap<string, Value>;
}

/**
 * An opening without the earlier values that nobody can stand on any more. A register of which other policies had decided something else than
 * those that are configured now begins with what stood: what was decided then is not decided again.
 */
export function trimmed(opening: Opening, { floors, stood }: OpeningNeeds): Opening {
  const registers = Object.entries(opening.registers).map(([name, told]) => {
    return [name, { ...told, ...trim(asStood(told, stood.get(name)), floors.get(name)) }] as const;
  });
  const { life } = opening;
  return {
    ...opening,
    registers: Object.fromEntries(registers),
    ...(life ? { life: { ...life, ...trim(asStood(life, stood.get(LIFE)), floors.get(LIFE)) } } : {}),
  };
}

function asStood(told: RegisterOpening, value: Value | undefined): RegisterOpening {
  if (value === undefined || (told.held === undefined && sameValue(told.value, value))) return told;
  const { count, frontier, agreed } = told;
  const edit = frontier.at(-1);
  return {
    ...told,
    value,
    frontier: edit ? [{ ...edit, value, on: undefined, saw: count, known: undefined, number: count }] : [],
    agreed: [...agreed.filter(({ number }) => number < count), { number: count, value }],
    held: undefined,
    beneath: undefined,
    total: undefined,
    why: undefined,
  };
}

/** What somebody who comes later may stand on, or an edit that is still in the frontier. */
function trim(told: RegisterOpening, later: number = told.count): RegisterOpening {
  const floor = told.frontier.reduce((least, { saw, known = saw }) => Math.min(least, saw, known), Math.min(later, told.count));
  const from = told.agreed.findLastIndex(({ number }) => number <= floor);
  return from <= 0 ? told : { ...told, agreed: told.agreed.slice(from) };
}
