import { opIdFrom, systemId, type OpId } from '../ids.ts';
import { sameValue, type Value } from '../values.ts';
import type { Register, Verdict } from './record.ts';

/**
 * A register that everybody who has it has seen, in short: nearly all are, nearly always, so a record is mostly made of these.
 *
 * [value, how many values there were, operations, place among them of the edit that stands, its author, its stamp (ms, count), who made it,
 * verdict, who has it]; the last three only when there is something to say, and who has it only when not every linked system does. An
 * operation is `counter.place of its actor in the record`.
 */
export type Resting = readonly [
  value: Value,
  count: number,
  ops: string,
  standing: number,
  author: string,
  ms: number,
  tick: number,
  by?: string | null,
  verdict?: Verdict | null,
  holders?: string,
];

/** A register as a record holds it. */
export type Stored = Register | Resting;

export function isResting(stored: Stored): stored is Resting {
  return Array.isArray(stored);
}

/** Whether a system is among those that have it. */
export function isHeldBy(resting: Resting, system: string): boolean {
  const holders = resting[HOLDERS];
  return holders === undefined || holders.split(' ').includes(system);
}

/** Whether every linked system has it. */
export function isHeldByAll(resting: Resting): boolean {
  return resting[HOLDERS] === undefined;
}

const HOLDERS = 9;

/** The short form; `undefined` when the register is not at rest, or remembers more than the short form tells. `systems`: the linked ones. */
export function shorten(register: Register, actors: readonly string[], systems: readonly string[]): Resting | undefined {
  const { value, count, ops, log, stable, verdict } = register;
  if (log.length > 0 || !stable || stable.number !== count || isBusy(register)) return undefined;
  const { op, author, stamp, by } = stable;
  if (stamp.system !== author || !sameValue(stable.value, value)) return undefined;
  const standing = ops.indexOf(op);
  const holders = holdersOf(register, systems);
  if (standing < 0 || holders === undefined) return undefined;
  const packed = ops.length === 1 ? pack(op, actors) : ops.map((one) => pack(one, actors)).join(' ');
  const { ms, count: tick } = stamp;
  if (holders !== '') return [value, count, packed, standing, author, ms, tick, by ?? null, verdict ?? null, holders];
  if (verdict) return [value, count, packed, standing, author, ms, tick, by ?? null, verdict];
  if (by !== undefined) return [value, count, packed, standing, author, ms, tick, by];
  return [value, count, packed, standing, author, ms, tick];
}

/** Whether it waits, or remembers more than its edits and who has seen them. */
export function isBusy(register: Register): boolean {
  return register.held !== undefined || remembers(register);
}

/** What is seldom there, and written down apart from the rest. */
export function remembers({ stable, trail, renumbered, isBlank }: Register): boolean {
  return stable?.kept !== undefined || trail !== undefined || renumbered !== undefined || isBlank !== undefined;
}

/** The systems that have the register, empty when all linked ones do; `undefined` when one of them has not seen all, or none has it. */
function holdersOf(register: Register, systems: readonly string[]): string | undefined {
  const names: string[] = [];
  for (const system in register.shadows) {
    const shadow = register.shadows[system];
    if (!shadow || !isQuiet(shadow, register)) return undefined;
    names.push(system);
  }
  if (names.length === 0) return undefined;
  return names.length === systems.length && systems.every((system) => names.includes(system)) ? '' : names.join(' ');
}

/** Whether a system holds the merged value as it is, and has seen all that led to it. */
export function isQuiet(shadow: Register['shadows'][string], { value, ops, count }: Register): boolean {
  return shadow.saw === count && shadow.sent === undefined && sameValue(shadow.value, value) && sameOps(shadow.ops, ops);
}

export function sameOps(a: readonly OpId[], b: readonly OpId[]): boolean {
  return a === b || (a.length === b.length && a.every((op, index) => op === b[index]));
}

/** `lengthen(shorten(register))` equals `register`. */
export function lengthen(resting: Resting, actors: readonly string[], systems: readonly string[]): Register {
  const [value, count, packed, standing, author, ms, tick, by, verdict, holders] = resting;
  const ops = opsOf(packed, actors);
  const system = systemId(author);
  const op = ops[standing] ?? opIdFrom('');
  const stamp = { ms, count: tick, system };
  const shadow = { value, sent: undefined, ops, saw: count };
  const shadows: Record<string, typeof shadow> = {};
  for (const name of holders === undefined ? systems : holders.split(' ')) shadows[name] = shadow;
  return {
    value,
    count,
    ops,
    stable: { value, number: count, op, author: system, stamp, by: by ?? undefined },
    log: [],
    shadows,
    renumbered: undefined,
    verdict: verdict ?? undefined,
    trail: undefined,
    held: undefined,
    isBlank: undefined,
  };
}

function pack(op: OpId, actors: readonly string[]): string {
  const at = op.indexOf('@');
  return `${op.slice(0, at)}.${actors.indexOf(op.slice(at + 1))}`;
}

function opsOf(packed: string, actors: readonly string[]): readonly OpId[] {
  return packed.includes(' ') ? packed.split(' ').map((op) => unpack(op, actors)) : [unpack(packed, actors)];
}

function unpack(text: string, actors: readonly string[]): OpId {
  const dot = text.indexOf('.');
  return opIdFrom(`${text.slice(0, dot)}@${actors[Number(text.slice(dot + 1))]}`);
}
