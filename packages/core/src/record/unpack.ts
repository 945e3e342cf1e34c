import { deliveryIdOf, keyOf, systemId, version, type Key, type Version } from '../ids.ts';
import type { Edit, Kept, Stable } from '../register/register.ts';
import { isOfBefore, registerOfBefore } from './before.ts';
import { readLone } from './lone.ts';
import type { Packed } from './pack.ts';
import { hash, many, maybe, members, named, next, number, op, shadow, text, value, valueOf, type Around, type Reader } from './reader.ts';
import type { Attempt, Link, Register, Shadow } from './record.ts';
import { isResting, type Stored } from './resting.ts';

export function unpackRegister(list: Packed, around: Around): Register {
  if (isOfBefore(list)) return registerOfBefore(list, around);
  if (Array.isArray(list[2])) return readLone(list, valueOf, around.names ?? []);
  const from: Reader = { list, around, at: 0 };
  const [merged, count, , ops, log] = [value(from), number(from), next(from), many(from, op), many(from, edit)];
  const stable = maybe(from, stableIn);
  const shadows: Record<string, Shadow> = {};
  for (let left = number(from); left > 0; left -= 1) shadows[text(from)] = shadow(from);
  const [verdict, held, more] = [next(from), next(from), next(from)];
  const register = { value: merged, count, ops, stable, log, shadows, ...RARE };
  // Seldom there.
  if (verdict === 0 && held === 0 && more === 0) return register;
  const { kept, ...rare }: { readonly kept?: Kept } = members(more);
  const whole = { ...register, ...rare, ...named('verdict', verdict), ...named('held', held) };
  return stable && kept !== undefined ? { ...whole, stable: { ...stable, kept } } : whole;
}

/** Every register has all members, in one order: see `copyOfRegister`. */
const RARE = { renumbered: undefined, verdict: undefined, trail: undefined, held: undefined, isBlank: undefined };

function edit(from: Reader): Edit {
  const [set, saw, told, before, rare] = [value(from), number(from), standing(from), maybe(from, value), next(from)];
  return { ...told, value: set, before, saw, ...members(rare) };
}

function stableIn(from: Reader): Stable {
  const set = value(from);
  return { value: set, ...standing(from) };
}

function standing(from: Reader): Pick<Edit, 'op' | 'author' | 'number' | 'stamp' | 'by'> {
  const [id, author, at, ms, tick, other] = [op(from), systemId(text(from)), number(from), number(from), number(from), next(from)];
  const stamp = { ms, count: tick, system: typeof other === 'string' ? systemId(other) : author };
  return { op: id, author, number: at, stamp, by: maybe(from, text) };
}

export function unpackLink(list: Packed, around: Around): Link {
  const from: Reader = { list, around, at: 0 };
  const [state, ownSeq, heads] = [stateOf(text(from)), number(from), many(from, hash)];
  const [key, at] = [maybe(from, keyIn), maybe(from, versionIn)];
  const [planned, unconfirmed, parked] = [many(from, attempt)[0], many(from, attempt), many(from, attempt)[0]];
  const more = next(from);
  const link = {
    key,
    version: at,
    state,
    heads,
    ownSeq,
    planned,
    unconfirmed: unconfirmed.length > 0 ? unconfirmed : undefined,
    unread: undefined,
    blocked: undefined,
    withheld: undefined,
    parked,
    discarded: undefined,
    isMade: undefined,
  };
  return more === 0 ? link : { ...link, ...members(more) };
}

const keyIn = (from: Reader): Key => keyOf(text(from));
const versionIn = (from: Reader): Version => version(text(from));

function stateOf(word: string): Link['state'] {
  if (word === 'present' || word === 'deleted' || word === 'absent' || word === 'unlinked') return word;
  throw new Error(`A link cannot be "${word}".`);
}

function attempt(from: Reader): Attempt {
  const [id, kind, seq, heads] = [deliveryIdOf(text(from), from.around.id), kindOf(text(from)), number(from), many(from, hash)];
  const registers: Record<string, Attempt['registers'][string]> = {};
  for (let left = number(from); left > 0; left -= 1) {
    const register = text(from);
    registers[register] = from.around.names && number(from) === 0 ? asItStands(from.around.stored(register)) : carried(from);
  }
  return { id, kind, expected: maybe(from, versionIn), registers, heads, seq };
}

function asItStands(stored: Stored | undefined): Attempt['registers'][string] {
  if (stored === undefined || isResting(stored)) throw new Error('An attempt carries a register that is not there.');
  return { value: stored.value, ops: stored.ops, saw: stored.count };
}

function carried(from: Reader): Attempt['registers'][string] {
  const [held, saw, ops] = [value(from), number(from), many(from, op)];
  return { value: held, ops, saw };
}

function kindOf(word: string): Attempt['kind'] {
  if (word === 'create' || word === 'update' || word === 'delete') return word;
  throw new Error(`An attempt cannot be to "${word}".`);
}
