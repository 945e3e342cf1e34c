import { opIdFrom, systemId, type OpId } from '../ids.ts';
import type { Edit, Stable } from '../register/register.ts';
import { sameValue, type Value } from '../values.ts';
import { placeOf, type Names } from './names.ts';
import type { Register, Shadow } from './record.ts';
import { isBusy, sameOps } from './resting.ts';

/*
 * A lone register: one system edited what everybody had seen, and the others have yet to hear of it. Nearly every register that does not rest is
 * one. All that it holds follows from the edit and from what was stable, so that is all that is written.
 *
 * [value, how many values there were, [operation, operations that the others have seen], author, its stamp (ms, count), the stable value, who
 * has it, the stable value's number, the place of its operation among those that the others have seen, its author, its stamp (ms, count), who
 * made the edit, who the stable value]; the last two only where one is known. Told from the other forms by its third item, which is a list.
 */

/** What the others still hold; `undefined` when the register is not of this kind, or when there is more to tell of it. */
export function shadowBeneath(register: Register): Shadow | undefined {
  const { ops, log, stable, verdict } = register;
  const [edit] = log;
  if (!edit || !stable || log.length > 1 || ops.length > 1 || ops[0] !== edit.op || verdict || isBusy(register)) return undefined;
  return isPlain(register, edit, stable) ? sharedBeneath(register, edit, stable) : undefined;
}

function isPlain({ value, count }: Register, edit: Edit, stable: Stable): boolean {
  if (edit.or || edit.adrift !== undefined || edit.before === undefined) return false;
  if (edit.number !== count || edit.saw !== stable.number || edit.stamp.system !== edit.author) return false;
  return stable.stamp.system === stable.author && sameValue(edit.value, value) && sameValue(edit.before, stable.value);
}

/** The one shadow that all others have alike. */
function sharedBeneath({ shadows }: Register, { author, value, op, saw }: Edit, stable: Stable): Shadow | undefined {
  let beneath: Shadow | undefined;
  let own = false;
  for (const name in shadows) {
    const shadow = shadows[name];
    if (!shadow || shadow.sent !== undefined || shadow.saw !== saw) return undefined;
    if (name === author) {
      own = shadow.ops.length === 1 && shadow.ops[0] === op && sameValue(shadow.value, value);
    } else {
      if (!sameValue(shadow.value, stable.value) || !sameOps(beneath?.ops ?? shadow.ops, shadow.ops)) return undefined;
      beneath ??= shadow;
    }
  }
  return own && beneath?.ops.includes(stable.op) ? beneath : undefined;
}

/** The JSON of such a register; `textOf` is that of a value. */
export function loneText(
  { value, count, log, stable, shadows }: Register,
  { ops }: Shadow,
  names: Names,
  textOf: (value: Value) => string,
): string {
  const [edit] = log;
  if (!edit || !stable) return '0';
  let places = `${placeOf(names, edit.op)}`;
  for (const other of ops) places += `,${placeOf(names, other)}`;
  let holders = '';
  for (const name in shadows) holders += holders === '' ? name : ` ${name}`;
  const { author, stamp, by } = edit;
  const head = `[${textOf(value)},${count},[${places}],"${author}",${stamp.ms},${stamp.count},${textOf(stable.value)},"${holders}"`;
  const beneath = `${stable.number},${ops.indexOf(stable.op)},"${stable.author}",${stable.stamp.ms},${stable.stamp.count}`;
  const who = by === undefined && stable.by === undefined ? '' : `,${textOf(by ?? null)},${textOf(stable.by ?? null)}`;
  return `${head},${beneath}${who}]`;
}

/** Throws a plain Error when the list is not one that `loneText` wrote. */
export function readLone(list: readonly unknown[], valueIn: (item: unknown) => Value, names: readonly string[]): Register {
  const places = list[2];
  if (!Array.isArray(places)) throw new Error('A register holds no list there.');
  const [op, ...seen] = places.map((place) => opAt(names, place));
  const [count, ms, tick, number, place, stableMs, stableTick] = [1, 4, 5, 8, 9, 11, 12].map((at) => numberIn(list[at]));
  const [author, holders, stableAuthor] = [3, 7, 10].map((at) => textIn(list[at]));
  const standing = seen[place ?? 0];
  if (op === undefined || standing === undefined) throw new Error('A register tells of no operation.');
  const [value, before] = [valueIn(list[0]), valueIn(list[6])];
  const [by, stableBy] = [list[13], list[14]].map((item) => (typeof item === 'string' ? item : undefined));
  const [system, other] = [systemId(author ?? ''), systemId(stableAuthor ?? '')];
  const [saw, ops] = [number ?? 0, [op]];
  const edit: Edit = { op, author: system, value, before, saw, number: count ?? 0, stamp: { ms: ms ?? 0, count: tick ?? 0, system }, by };
  const stamp = { ms: stableMs ?? 0, count: stableTick ?? 0, system: other };
  const beneath: Shadow = { value: before, sent: undefined, ops: seen, saw };
  const shadows: Record<string, Shadow> = {};
  for (const name of (holders ?? '').split(' ')) shadows[name] = name === author ? { value, sent: undefined, ops, saw } : beneath;
  return {
    value,
    count: count ?? 0,
    ops,
    stable: { value: before, number: saw, op: standing, author: other, stamp, by: stableBy },
    log: [edit],
    shadows,
    renumbered: undefined,
    verdict: undefined,
    trail: undefined,
    held: undefined,
    isBlank: undefined,
  };
}

function numberIn(item: unknown): number {
  if (typeof item !== 'number') throw new Error('A register holds no number there.');
  return item;
}

function textIn(item: unknown): string {
  if (typeof item !== 'string') throw new Error('A register holds no text there.');
  return item;
}

function opAt(names: readonly string[], place: unknown): OpId {
  const name = typeof place === 'number' ? names[place] : undefined;
  if (name === undefined) throw new Error('A register tells of an operation that is not there.');
  return opIdFrom(name);
}
