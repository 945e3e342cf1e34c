import type { LifeOpening, Opening, RegisterOpening } from '../ports/epoch.ts';
import { conflictIdFrom } from '../ids.ts';
import { blankRegister, frontierIn } from '../merge/frontier.ts';
import { LIFE } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import { openLife, type ReplayedLife } from './life.ts';
import { openReplayed, type Replayed } from './register.ts';

/** A register as it stands in a replay, told so that another replay can begin with it. What was lost until then is not told. */
export function openingFrom({ register, standing, brought, wrote }: Replayed): RegisterOpening {
  const { value, count, ops, stable, log, renumbered, isBlank, held } = register;
  const { rule, reason } = standing;
  return {
    value,
    count,
    ops,
    log,
    brought: [...brought],
    ...(stable === undefined ? {} : { stable }),
    ...(renumbered === undefined ? {} : { renumbered }),
    ...(isBlank === undefined ? {} : { isBlank }),
    ...(held === undefined ? {} : { held: { code: held.code, ...(held.provisional ? { provisional: held.provisional } : {}) } }),
    ...(wrote === undefined ? {} : { wrote }),
    ...(rule === undefined || reason === undefined ? {} : { why: { rule, reason } }),
  };
}

/** The other way: `openingFrom(replayedFrom(opening))` equals `opening`. */
export function replayedFrom(opening: RegisterOpening): Replayed {
  const { value, count, ops, stable, log, renumbered, isBlank, held, brought, wrote, why } = opening;
  return {
    ...openReplayed(1),
    register: {
      ...blankRegister(1),
      value,
      count,
      ops,
      stable,
      log,
      renumbered,
      isBlank,
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

/** By register, what stood; a register that waited for a person is not among them. */
export type Stood = ReadonlyMap<string, Value>;

/**
 * An opening in which a register of which other policies had decided something else than those that are configured now begins with what stood:
 * what was decided then is not decided again.
 */
export function asStood(opening: Opening, stood: Stood): Opening {
  const registers = Object.entries(opening.registers).map(([name, told]) => [name, begunWith(told, stood.get(name))] as const);
  const { life } = opening;
  return {
    ...opening,
    registers: Object.fromEntries(registers),
    ...(life ? { life: { ...life, ...begunWith(life, stood.get(LIFE)) } } : {}),
  };
}

function begunWith(told: RegisterOpening, value: Value | undefined): RegisterOpening {
  if (value === undefined || (told.held === undefined && sameValue(told.value, value))) return told;
  const edit = frontierIn(told).at(-1);
  if (!edit) return told;
  const { op, system: author, stamp, by } = edit;
  const { held: _held, why: _why, isBlank: _isBlank, renumbered: _renumbered, ...rest } = told;
  return { ...rest, value, stable: { value, number: told.count, op, author, stamp, ...(by === undefined ? {} : { by }) }, log: [] };
}
