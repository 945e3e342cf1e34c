import type { Stamp } from '../clock/stamp.ts';
import { must } from '../errors/must.ts';
import { opId, opIdFrom, systemId, type OpId, type SystemId } from '../ids.ts';
import { actorOf } from './actors.ts';
import { sameValue, type Value } from '../values.ts';
import type { Edit, Kept, Reading, Register, Stable } from './register.ts';

/**
 * A register as it is written down: while nothing is open, five scalars. [value, number, operation, author, ms]; the operation as
 * `counter.place of its author`, authors by their place. What follows is there only when there is something to say.
 */
export type Packed = readonly [value: Value, number: number, op: string, author: number, ms: number, more?: More];

interface Aside {
  /** The rest of the stamp, where it is not `0` and the author's. */
  readonly tick?: number;
  readonly clock?: string;
  readonly by?: string;
}

interface More extends Aside {
  /** Nothing is agreed on yet: what stands in front is nothing. */
  readonly blank?: true;
  readonly kept?: Kept;
  readonly count?: number;
  readonly acks?: Readonly<Record<string, number>>;
  readonly shown?: Readonly<Record<string, Value>>;
  readonly renumbered?: number;
  readonly log?: readonly PackedEdit[];
}

/** [value, operation, author, ms after the stable value's]. Usual: made on the stable value, having seen it, numbered by one more. */
type PackedEdit = readonly [value: Value, op: string, author: number, ms: number, more?: MoreOfEdit];

interface MoreOfEdit extends Aside {
  /** The edit says what is there, whatever was before. */
  readonly reset?: true;
  readonly before?: Value;
  readonly saw?: number;
  readonly number?: number;
  readonly or?: readonly Reading[];
  readonly adrift?: number;
  readonly kept?: Kept;
}

/** Whose names places stand for, and which systems have acknowledged the stable value where nothing else is said. */
export interface Names {
  readonly authors: readonly SystemId[];
  readonly systems: readonly SystemId[];
}

export function pack(register: Register, names: Names): Packed {
  const { stable, count, log, acks, shown, renumbered } = register;
  const number = stable?.number ?? 0;
  const more: More = {
    ...(stable ? aside(stable) : { blank: true }),
    ...(stable?.kept === undefined ? {} : { kept: stable.kept }),
    ...(count === number ? {} : { count }),
    ...(isUsual(acks, number, names) ? {} : { acks }),
    ...(shown === undefined ? {} : { shown }),
    ...(renumbered === undefined ? {} : { renumbered }),
    ...(log.length === 0 ? {} : { log: packedLog(log, stable, names) }),
  };
  const front = stable
    ? ([stable.value, number, packedOp(stable.op, names), placeOf(stable.author, names), stable.stamp.ms] as const)
    : ([null, 0, '', 0, 0] as const);
  return Object.keys(more).length === 0 ? front : [...front, more];
}

function packedLog(log: readonly Edit[], stable: Stable | undefined, names: Names): readonly PackedEdit[] {
  const seen = stable?.number ?? 0;
  let last = seen;
  return log.map((edit): PackedEdit => {
    const { value, op, author, stamp, before, saw, number, or, adrift, kept } = edit;
    const isNext = number === last + 1;
    last = number;
    const more: MoreOfEdit = {
      ...aside(edit),
      ...(before === undefined ? { reset: true } : stable && sameValue(before, stable.value) ? {} : { before }),
      ...(saw === seen ? {} : { saw }),
      ...(isNext ? {} : { number }),
      ...(or === undefined ? {} : { or }),
      ...(adrift === undefined ? {} : { adrift }),
      ...(kept === undefined ? {} : { kept }),
    };
    const front = [value, packedOp(op, names), placeOf(author, names), stamp.ms - (stable?.stamp.ms ?? 0)] as const;
    return Object.keys(more).length === 0 ? front : [...front, more];
  });
}

export function unpack(packed: Packed, names: Names): Register {
  const [value, number, op, place, ms, more = {}] = packed;
  const author = authorAt(place, names);
  const stable: Stable | undefined = more.blank
    ? undefined
    : {
        value,
        ...(more.kept === undefined ? {} : { kept: more.kept }),
        number,
        op: unpackedOp(op, names),
        author,
        ...told(ms, author, more),
      };
  return {
    stable,
    count: more.count ?? number,
    log: unpackedLog(more.log ?? [], stable, names),
    acks: more.acks ?? Object.fromEntries(names.systems.map((system) => [system, number])),
    shown: more.shown,
    renumbered: more.renumbered,
  };
}

function unpackedLog(log: readonly PackedEdit[], stable: Stable | undefined, names: Names): readonly Edit[] {
  const seen = stable?.number ?? 0;
  let last = seen;
  return log.map(([value, op, place, ms, more = {}]): Edit => {
    const author = authorAt(place, names);
    const number = more.number ?? last + 1;
    last = number;
    const before = more.before === undefined ? stable?.value : more.before;
    return {
      op: unpackedOp(op, names),
      author,
      value,
      ...(more.reset || before === undefined ? {} : { before }),
      saw: more.saw ?? seen,
      number,
      ...told(ms + (stable?.stamp.ms ?? 0), author, more),
      ...(more.or === undefined ? {} : { or: more.or }),
      ...(more.adrift === undefined ? {} : { adrift: more.adrift }),
      ...(more.kept === undefined ? {} : { kept: more.kept }),
    };
  });
}

function aside({ stamp, author, by }: Pick<Edit, 'stamp' | 'author' | 'by'>): Aside {
  return {
    ...(stamp.count === 0 ? {} : { tick: stamp.count }),
    ...(stamp.system === author ? {} : { clock: stamp.system }),
    ...(by === undefined ? {} : { by }),
  };
}

function told(ms: number, author: SystemId, { tick = 0, clock, by }: Aside): { readonly stamp: Stamp; readonly by?: string } {
  const stamp: Stamp = { ms, count: tick, system: clock === undefined ? author : systemId(clock) };
  return by === undefined ? { stamp } : { stamp, by };
}

function isUsual(acks: Register['acks'], number: number, { systems }: Names): boolean {
  return Object.keys(acks).length === systems.length && systems.every((system) => acks[system] === number);
}

function packedOp(op: OpId, { authors }: Names): string {
  const at = op.indexOf('@');
  const place = authors.findIndex((author) => actorOf(author) === op.slice(at + 1));
  return place < 0 ? op : `${op.slice(0, at)}.${place}`;
}

function unpackedOp(text: string, names: Names): OpId {
  const at = text.indexOf('.');
  return at < 0 ? opIdFrom(text) : opId(Number(text.slice(0, at)), actorOf(authorAt(Number(text.slice(at + 1)), names)));
}

function placeOf(author: SystemId, { authors }: Names): number {
  const place = authors.indexOf(author);
  return must(place < 0 ? undefined : place, 'whoever edits a register is among its authors');
}

function authorAt(place: number, { authors }: Names): SystemId {
  return must(authors[place], 'a place in a packed register is one of its authors');
}
