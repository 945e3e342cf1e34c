import { opIdFrom, systemId, type ActorId, type OpId } from '../ids.ts';
import { sameValue, type Json, type Value } from '../values.ts';
import type { RecordState, Register, Verdict } from './record.ts';
import { isQuiet } from './rest.ts';

/** A record as the ledger keeps it, with the text of each register, so that the next version of the record need not be written anew. */
export interface EncodedRecord {
  readonly state: RecordState;
  readonly text: string;
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * A record as JSON, with registers at rest (nearly all, nearly always) as short arrays. `decodeRecord(encodeRecord(state).text)` equals
 * `state`. Registers are never changed, only replaced: those that `before` holds too are taken from it.
 */
export function encodeRecord(state: RecordState, before?: EncodedRecord): EncodedRecord {
  const { registers, ...rest } = state;
  const actors = Object.keys(state.actors);
  const systems = Object.keys(state.links);
  const reusable = before && sameNames(systems, Object.keys(before.state.links)) ? before : undefined;
  const parts: Record<string, string> = {};
  let told = '';
  for (const name of Object.keys(registers)) {
    const register = registers[name];
    if (!register) continue;
    const known = reusable?.state.registers[name] === register ? reusable.parts[name] : undefined;
    const part = known ?? `${JSON.stringify(name)}:${JSON.stringify(shorten(register, actors, systems) ?? register)}`;
    parts[name] = part;
    told += told === '' ? part : `,${part}`;
  }
  return { state, parts, text: `${JSON.stringify(rest).slice(0, -1)},"registers":{${told}}}` };
}

/** The short form of a register counts on which systems the record is linked with. */
function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** [value, count, ops, index of the op of the edit, author, ms, count of the stamp, by, verdict], the last two only when needed. */
function shorten(register: Register, actors: readonly string[], systems: readonly string[]): readonly Json[] | undefined {
  const { value, count, ops, frontier, shadows, verdict } = register;
  const [edit] = frontier;
  if (!edit || frontier.length > 1 || register.held || register.beneath !== undefined || edit.on !== undefined) return undefined;
  if (edit.saw !== count || edit.number !== count || !sameValue(edit.value, value) || !ops.includes(edit.op)) return undefined;
  const names = Object.keys(shadows);
  if (names.length !== systems.length || !systems.every((system) => shadows[system] && isQuiet(shadows[system], register)))
    return undefined;
  const short: Json[] = [
    value,
    count,
    ops.map((op) => pack(op, actors)).join(' '),
    ops.indexOf(edit.op),
    edit.system,
    edit.stamp.ms,
    edit.stamp.count,
  ];
  if (edit.by !== undefined || verdict) short.push(edit.by ?? null);
  if (verdict) short.push({ ...verdict });
  return short;
}

function pack(op: OpId, actors: readonly string[]): string {
  const at = op.indexOf('@');
  return `${op.slice(0, at)}.${actors.indexOf(op.slice(at + 1))}`;
}

function unpack(text: string, actors: readonly string[]): OpId {
  const dot = text.indexOf('.');
  return opIdFrom(`${text.slice(0, dot)}@${actors[Number(text.slice(dot + 1))]}`);
}

type Quiet = readonly [Value, number, string, number, string, number, number, (string | null)?, Verdict?];

interface Stored extends Omit<RecordState, 'registers'> {
  readonly registers: Readonly<Record<string, Quiet | Register>>;
}

/** Throws a plain Error when the text is not a record that `encodeRecord` wrote. */
export function decodeRecord(text: string): RecordState {
  const parsed: unknown = JSON.parse(text);
  if (!isStored(parsed)) throw new Error('The text is not a record.');
  const actors = Object.keys(parsed.actors);
  const systems = Object.keys(parsed.links);
  const registers: Record<string, Register> = {};
  for (const [name, told] of Object.entries(parsed.registers)) registers[name] = isShort(told) ? lengthen(told, actors, systems) : told;
  return { ...parsed, registers };
}

function isShort(told: Quiet | Register): told is Quiet {
  return Array.isArray(told);
}

function lengthen(short: Quiet, actors: readonly ActorId[] | readonly string[], systems: readonly string[]): Register {
  const [value, count, packed, index, author, ms, tick, by, verdict] = short;
  const ops = packed.split(' ').map((op) => unpack(op, actors));
  const system = systemId(author);
  const op = ops[index] ?? opIdFrom('');
  const shadow = { value, ops, saw: count };
  return {
    value,
    count,
    ops,
    frontier: [
      { op, system, value, saw: count, number: count, stamp: { ms, count: tick, system }, ...(typeof by === 'string' ? { by } : {}) },
    ],
    agreed: [{ number: count, value }],
    shadows: Object.fromEntries(systems.map((name) => [name, shadow])),
    ...(verdict ? { verdict } : {}),
  };
}

// A whole check would cost more than the parse. These members tell a record from anything else that could stand in its place.
function isStored(value: unknown): value is Stored {
  if (!isObject(value)) return false;
  if (!('id' in value && 'entity' in value && 'revision' in value && 'seq' in value)) return false;
  if (!('registers' in value && 'links' in value && 'heads' in value && 'actors' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
