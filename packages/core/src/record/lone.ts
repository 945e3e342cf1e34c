import { opIdFrom, systemId, type OpId } from '../ids.ts';
import { sameValue, type Value } from '../values.ts';
import { placeOf, type Names } from './names.ts';
import type { Edit, Register, Shadow } from './record.ts';
import { isBusy, sameOps } from './resting.ts';

/*
 * A lone register: one system edited it, and the others have yet to hear of it. Nearly every register that does not rest is one. All that it
 * holds follows from the edit and from what it stood on, so that is all that is written: in its long form its two values stand there eight
 * times.
 *
 * [value, how many values there were, [operation, operations that the others have seen], author, its stamp (ms, count), the value that it
 * stood on, who has it, who made it]; the last only where that is known. Told from the other forms by its third item, which is a list.
 */

/** What the others still hold; `undefined` when the register is not of this kind, or when there is more to tell of it. */
export function shadowBeneath(register: Register): Shadow | undefined {
  const { value, count, ops, frontier, agreed } = register;
  const [edit] = frontier;
  if (!edit || frontier.length > 1 || ops.length > 1 || ops[0] !== edit.op || agreed.length !== 2 || register.verdict || isBusy(register))
    return undefined;
  return isPlain(edit, value, count) && isOn(edit, agreed) ? sharedBeneath(register, edit) : undefined;
}

function isPlain({ value: told, on, saw, known, number, stamp, system }: Edit, value: Value, count: number): boolean {
  if (on === undefined || known !== undefined || number !== count || saw !== count - 1 || stamp.system !== system) return false;
  return sameValue(told, value);
}

function isOn({ on, value, number }: Edit, [before, now]: Register['agreed']): boolean {
  if (!before || !now || before.number !== number - 1 || now.number !== number) return false;
  return sameValue(before.value, on) && sameValue(now.value, value);
}

/** The one shadow that all others have alike. */
function sharedBeneath({ shadows }: Register, { system, value, on, saw, number, op }: Edit): Shadow | undefined {
  let beneath: Shadow | undefined;
  let own = false;
  for (const name in shadows) {
    const shadow = shadows[name];
    if (!shadow || shadow.sent !== undefined) return undefined;
    if (name === system) {
      own = shadow.saw === number && shadow.ops.length === 1 && shadow.ops[0] === op && sameValue(shadow.value, value);
    } else {
      if (shadow.saw !== saw || !sameValue(shadow.value, on) || !sameOps(beneath?.ops ?? shadow.ops, shadow.ops)) return undefined;
      beneath ??= shadow;
    }
  }
  return own ? beneath : undefined;
}

/** The JSON of such a register; `textOf` is that of a value. */
export function loneText(register: Register, { ops }: Shadow, names: Names, textOf: (value: Value) => string): string {
  const [edit] = register.frontier;
  if (!edit) return '0';
  const { op, system, on = null, stamp, by } = edit;
  let places = `${placeOf(names, op)}`;
  for (const other of ops) places += `,${placeOf(names, other)}`;
  let holders = '';
  for (const name in register.shadows) holders += holders === '' ? name : ` ${name}`;
  const head = `[${textOf(register.value)},${register.count},[${places}],"${system}",${stamp.ms},${stamp.count}`;
  return `${head},${textOf(on)},"${holders}"${by === undefined ? '' : `,${textOf(by)}`}]`;
}

/** Throws a plain Error when the list is not one that `loneText` wrote. */
export function readLone(list: readonly unknown[], valueIn: (item: unknown) => Value, names: readonly string[]): Register {
  const [value, on] = [valueIn(list[0]), valueIn(list[6])];
  const [, count, places, author, ms, tick, , holders, by] = list;
  if (typeof count !== 'number' || typeof ms !== 'number' || typeof tick !== 'number') throw new Error('A register holds no number there.');
  if (typeof author !== 'string' || typeof holders !== 'string' || !Array.isArray(places))
    throw new Error('A register holds no text there.');
  const [op, ...seen] = places.map((place) => opAt(names, place));
  if (op === undefined) throw new Error('A register tells of no operation.');
  return loneRegister(value, on, {
    op,
    seen,
    count,
    ms,
    tick,
    system: systemId(author),
    holders,
    by: typeof by === 'string' ? by : undefined,
  });
}

function opAt(names: readonly string[], place: unknown): OpId {
  const name = typeof place === 'number' ? names[place] : undefined;
  if (name === undefined) throw new Error('A register tells of an operation that is not there.');
  return opIdFrom(name);
}

interface Told extends Pick<Edit, 'op' | 'system' | 'by'> {
  readonly seen: readonly OpId[];
  readonly count: number;
  readonly ms: number;
  readonly tick: number;
  readonly holders: string;
}

function loneRegister(value: Value, on: Value, { op, seen, count, ms, tick, system, holders, by }: Told): Register {
  const [ops, saw] = [[op], count - 1];
  const stamp = { ms, count: tick, system };
  const [own, beneath] = [
    { value, sent: undefined, ops, saw: count },
    { value: on, sent: undefined, ops: seen, saw },
  ];
  const shadows: Record<string, Shadow> = {};
  for (const name of holders.split(' ')) shadows[name] = name === system ? own : beneath;
  return {
    value,
    count,
    ops,
    frontier: [{ op, system, value, on, saw, known: undefined, number: count, stamp, by }],
    beneath: undefined,
    total: undefined,
    first: undefined,
    slots: undefined,
    agreed: [
      { number: saw, value: on },
      { number: count, value },
    ],
    shadows,
    verdict: undefined,
    trail: undefined,
    possible: undefined,
    held: undefined,
  };
}
