import { opIdFrom, systemId } from '../ids.ts';
import type { Edit as OpenEdit, Kept, Reading, Stable } from '../register/register.ts';
import type { Json, Value } from '../values.ts';
import { CONCORD } from '../register/actors.ts';
import type { Packed } from './pack.ts';
import { many, maybe, members, named, next, number, op, shadow, text, value, valueOf, type Around, type Reader } from './reader.ts';
import type { Edit, Register, Shadow } from './record.ts';

/*
 * Registers as ledgers before schema version 12 hold them: the edits of which none was in another's past, and the merged values that somebody still
 * stood on. What they had superseded is gone; so such a register answers as it did, and like any other from its next closing on.
 */

interface Agreed {
  readonly number: number;
  readonly value: Value;
}

/** What was seldom there. */
export interface Memory {
  readonly beneath?: Value;
  readonly total?: Value;
  readonly first?: Edit;
  readonly trail?: Register['trail'];
  readonly possible?: Readonly<Record<string, readonly { readonly saw: number; readonly value: Value }[]>>;
}

export interface RegisterOfBefore extends Memory, Pick<Register, 'value' | 'count' | 'ops' | 'shadows' | 'verdict' | 'held'> {
  readonly frontier: readonly Edit[];
  readonly agreed: readonly Agreed[];
}

const LONE_ITEMS_MAX = 9;

export function isOfBefore(list: Packed): boolean {
  return typeof list[2] === 'number' || (Array.isArray(list[2]) && list.length <= LONE_ITEMS_MAX);
}

/** Throws a plain Error when the list is not such a register. */
export function registerOfBefore(list: Packed, around: Around): Register {
  return fromBefore(Array.isArray(list[2]) ? loneOfBefore(list, around) : longOfBefore(list, around));
}

/** The stable value is what all authors of the open edits had seen. */
function fromBefore(before: RegisterOfBefore): Register {
  const { value: merged, count, ops, shadows, verdict, held, trail, agreed } = before;
  const { stable, log } = openOfBefore(before);
  return {
    value: merged,
    count,
    ops,
    stable,
    log,
    shadows,
    renumbered: undefined,
    verdict,
    trail,
    held,
    isBlank: agreed.length === 0 ? true : undefined,
  };
}

export function openOfBefore(before: Omit<RegisterOfBefore, 'shadows' | 'held'>): Pick<Register, 'stable' | 'log'> {
  const { value: merged, count, ops, frontier, agreed, beneath, possible = {} } = before;
  const [edit, ...others] = frontier;
  if (edit && others.length === 0 && edit.on === undefined && edit.saw === edit.number && edit.number === count)
    return { stable: stableOfBefore(before, { number: count, value: merged }, edit), log: [] };
  const seen = Math.min(...frontier.map(({ saw }) => saw));
  const base = agreed.findLast((one) => one.number <= seen);
  const nobody = { op: ops[0] ?? edit?.op ?? opIdFrom(''), system: CONCORD, stamp: { ms: 0, count: 0, system: CONCORD } };
  const stable = base && stableOfBefore(before, { number: base.number, value: beneath ?? base.value }, nobody);
  const log = frontier
    .toSorted((a, b) => a.number - b.number)
    .map((one): OpenEdit => {
      const or = possible[one.system]?.map((reading): Reading => ({ saw: reading.saw, before: reading.value }));
      const { system: author, on, op: id, value: set, saw, number: at, stamp, by } = one;
      return { op: id, author, value: set, before: on, saw, number: at, stamp, by, ...(or ? { or } : {}) };
    });
  return { stable, log };
}

function stableOfBefore(
  { total, first }: Pick<RegisterOfBefore, 'total' | 'first'>,
  { number: at, value: stands }: Agreed,
  { op: id, system, stamp, by }: Pick<Edit, 'op' | 'system' | 'stamp' | 'by'>,
): Stable {
  const early: Kept | undefined = first && {
    value: jsonOf(first.value),
    ms: first.stamp.ms,
    count: first.stamp.count,
    system: first.stamp.system,
  };
  const kept = total === undefined ? early : jsonOf(total);
  return { value: stands, number: at, op: id, author: system, stamp, by, ...(kept === undefined ? {} : { kept }) };
}

function jsonOf(one: Value): Json {
  return typeof one === 'object' && one !== null ? [...one] : typeof one === 'number' ? String(one) : one;
}

function longOfBefore(list: Packed, around: Around): RegisterOfBefore {
  const from: Reader = { list, around, at: 0 };
  const [merged, count, ops, frontier, agreed] = [value(from), number(from), many(from, op), many(from, editIn), many(from, agreement)];
  const shadows: Record<string, Shadow> = {};
  for (let left = number(from); left > 0; left -= 1) shadows[text(from)] = shadow(from);
  const [verdict, held, memory] = [next(from), next(from), next(from)];
  const more: Memory & Pick<Register, 'verdict' | 'held'> = {
    ...named('verdict', verdict),
    ...named('held', held),
    ...members(memory),
  };
  return { value: merged, count, ops, frontier, agreed, shadows, ...more };
}

function agreement(from: Reader): Agreed {
  return { number: number(from), value: value(from) };
}

function editIn(from: Reader): Edit {
  const [id, system, set, saw, at, ms, tick, other] = [
    op(from),
    systemId(text(from)),
    value(from),
    next(from),
    number(from),
    number(from),
    number(from),
    next(from),
  ];
  const seen: unknown = Array.isArray(saw) ? saw[0] : saw;
  if (typeof seen !== 'number') throw new Error('A packed list does not say what an author had seen.');
  const stamp = { ms, count: tick, system: typeof other === 'string' ? systemId(other) : system };
  return { op: id, system, value: set, on: maybe(from, value), saw: seen, number: at, stamp, by: maybe(from, text) };
}

/** One system had edited it, and the others were yet to hear of it. */
function loneOfBefore(list: Packed, { names = [] }: Around): RegisterOfBefore {
  const [, count, places, author, ms, tick, , holders, by] = list;
  const isWhole = typeof count === 'number' && typeof ms === 'number' && typeof tick === 'number';
  if (!isWhole || typeof author !== 'string' || typeof holders !== 'string' || !Array.isArray(places))
    throw new Error('A register is not written as one edit.');
  const [id, ...seen] = places.map((place) => opIdFrom(names[Number(place)] ?? ''));
  if (id === undefined) throw new Error('A register tells of no operation.');
  const [merged, on, system] = [valueOf(list[0]), valueOf(list[6]), systemId(author)];
  const [ops, saw] = [[id], count - 1];
  const stamp = { ms, count: tick, system };
  const shadows: Record<string, Shadow> = {};
  for (const name of holders.split(' '))
    shadows[name] = name === author ? { value: merged, sent: undefined, ops, saw: count } : { value: on, sent: undefined, ops: seen, saw };
  const told: Edit = { op: id, system, value: merged, on, saw, number: count, stamp, by: typeof by === 'string' ? by : undefined };
  const agreed = [
    { number: saw, value: on },
    { number: count, value: merged },
  ];
  return { value: merged, count, ops, frontier: [told], agreed, shadows, verdict: undefined, held: undefined };
}
