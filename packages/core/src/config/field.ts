import type { z } from 'zod';
import { REFERENCE_WAIT_MS } from '../map/relations.ts';
import type { ReferenceMap, Refused, Side } from '../map/table.ts';
import type { PolicyWords } from '../policy/spec.ts';
import type { FieldType } from '../map/type.ts';
import type { Path } from './fault.ts';
import { unknownKey } from './explain.ts';
import { checkName } from './names.ts';
import { isBlock, membersOf, type Reading } from './reading.ts';
import { fieldShape, sideShape } from './shapes.ts';
import { checkTransforms } from './transforms.ts';
import { readType } from './types.ts';
import { readValueMaps, type ValueMaps } from './value-map.ts';

/** A field, read. Where a part of it was wrong, that was complained of, and the rest is here. */
export interface FieldRead {
  readonly name: string;
  readonly path: Path;
  readonly type: FieldType;
  /** By system. */
  readonly sides: Readonly<Record<string, Side>>;
  /** Its canonical symbols, where it has a value map. */
  readonly symbols?: readonly string[];
  /** As written; checked once all fields were read. Absent: the configuration names none. */
  readonly policy?: PolicyWords;
  /** What becomes of a value that a system refuses, where it says so itself. */
  readonly refused?: Refused;
  /** Not for everybody to see. */
  readonly sensitive?: true;
  /** What it is computed by, where it is. */
  readonly derived?: string;
  readonly reference?: ReferenceMap;
}

/** What the field is read against. */
export interface FieldSurroundings {
  /** All systems, in the order of the configuration. */
  readonly systems: readonly string[];
  readonly entities: readonly string[];
  /** Systems that the entity is not in, as long as nobody complained of it: once is enough. */
  readonly absent: Set<string>;
}

/** `undefined` after a complaint that leaves nothing to work with. */
export function readField(reading: Reading, raw: unknown, path: Path, around: FieldSurroundings): FieldRead | undefined {
  reading.complain(checkName('field', path));
  const words = reading.read(fieldShape, raw, path);
  if (!words && !isBlock(raw)) return undefined;
  const sides = readSides(reading, membersOf(raw), path, around);
  if (!words || !sides) return undefined;
  const type = readType(reading, words.type, words.values !== undefined, around.entities, [...path, 'type']);
  if (!type) return undefined;
  const maps = readMaps(reading, words.values, type, sides, [...path, 'values']);
  checkSides(reading, sides, type, path);
  // Who gives a policy to a field of one system knows what they do: it is put back when its row has to be made again.
  if (words.policy === undefined) warnOfLoner(reading, sides, path);
  const reference = readReference(reading, words, type, path);
  const symbols = words.values && { symbols: Object.keys(words.values) };
  return {
    name: String(path.at(-1)),
    path,
    type,
    sides: withValues(sides, maps),
    ...symbols,
    ...(words.policy === undefined ? {} : { policy: words.policy }),
    ...(words.refused === undefined ? {} : { refused: words.refused }),
    ...(words.sensitive ? { sensitive: true } : {}),
    ...(words.derived === undefined ? {} : { derived: words.derived }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** What the words say of where a reference leads; `undefined` when they say nothing. */
function readReference(reading: Reading, words: z.output<typeof fieldShape>, type: FieldType, path: Path): ReferenceMap | undefined {
  const said = (['onMissing', 'waitAtMost', 'onParentDeleted'] as const).filter((word) => words[word] !== undefined);
  if (type.kind !== 'reference') {
    for (const word of said)
      reading.wrong([...path, word], `"${word}" is for references.`, 'Give the field type: { reference: … }, or leave it out.', 'key');
    return undefined;
  }
  if (said.length === 0) return undefined;
  const { onMissing = 'hold', waitAtMost: waitMs = REFERENCE_WAIT_MS, onParentDeleted } = words;
  return { onMissing, waitMs, ...(onParentDeleted === undefined ? {} : { onParentDeleted }) };
}

function readSides(
  reading: Reading,
  members: Readonly<Record<string, unknown>>,
  path: Path,
  around: FieldSurroundings,
): Readonly<Record<string, Side>> | undefined {
  const known = [...around.systems, ...Object.keys(fieldShape.shape)];
  const strangers = Object.keys(members).filter((name) => !known.includes(name));
  for (const name of strangers) reading.complain(unknownKey([...path, name], known));
  for (const name of Object.keys(members).filter((member) => around.absent.delete(member))) {
    reading.wrong([...path, name], `The entity is not in "${name}".`, `Add "${name}: { set: … }" to the entity.`, 'key');
  }
  const named = around.systems.filter((system) => members[system] !== undefined);
  const read = named.map((system) => [system, reading.read(sideShape, members[system], [...path, system])] as const);
  if (named.length === 0 && strangers.length === 0)
    reading.wrong(path, 'The field has no column in any system.', `Add "${around.systems[0] ?? 'system'}: column".`, 'key');
  const sides = read.flatMap(([system, side]) => (side === undefined ? [] : [[system, sideOf(side)] as const]));
  return sides.length < named.length || sides.length === 0 ? undefined : Object.fromEntries(sides);
}

function sideOf(side: z.output<typeof sideShape>): Side {
  if (typeof side === 'string') return { column: side };
  const { column, type, write, as, by, only, maxLength, from, to, lossy } = side;
  return {
    column,
    ...(type === undefined ? {} : { holds: type }),
    ...(write === undefined ? {} : { write }),
    ...(as === undefined ? {} : { as }),
    ...(by === undefined ? {} : { by }),
    ...(only === undefined ? {} : { only }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(lossy === undefined ? {} : { lossy }),
  };
}

function readMaps(
  reading: Reading,
  values: z.output<typeof fieldShape>['values'],
  type: FieldType,
  sides: Readonly<Record<string, Side>>,
  path: Path,
): ValueMaps {
  if (values === undefined) return {};
  if (type.kind !== 'choice' && type.kind !== 'choices') {
    reading.wrong(path, `A field of type ${type.kind} has no value map.`, 'Make it a choice or choices, or leave out "values".', 'key');
    return {};
  }
  const maps = readValueMaps(reading, values, Object.keys(sides), path);
  if (type.kind === 'choice') {
    for (const [system, { values: own, holds }] of Object.entries(maps))
      if (!holds && !sides[system]?.holds && Object.keys(own).length > 0) warnOfNumerals(reading, system, path);
    return maps;
  }
  // Of a set there is no telling what its members are but what the system says.
  return Object.fromEntries(Object.entries(maps).map(([system, { values: own }]) => [system, { values: own }]));
}

function warnOfNumerals(reading: Reading, system: string, path: Path): void {
  const words = `The symbols of ${system} are numbers in quotes: is its column a text, or does it hold numbers?`;
  reading.warn(path, words, 'Write each symbol in full and without quotes; or say "type: text" of that column.');
}

function checkSides(reading: Reading, sides: Readonly<Record<string, Side>>, type: FieldType, path: Path): void {
  for (const [system, side] of Object.entries(sides)) {
    if (side.as !== undefined && side.as.split('{}').length !== 2) {
      reading.wrong(
        [...path, system, 'as'],
        `"${side.as}" does not say where the value goes.`,
        'Put {} there once, such as /accounts({}).',
      );
    }
    if (side.by !== undefined && type.kind !== 'reference') {
      reading.wrong([...path, system, 'by'], '"by" is for references.', 'Give the field type: { reference: … }, or leave "by" out.', 'key');
    }
    if (side.holds !== undefined && type.kind !== 'choice')
      reading.wrong(
        [...path, system, 'type'],
        'The type of a column is for a field with "values".',
        'Give the field that type, or leave "type" out.',
        'key',
      );
    if (side.maxLength !== undefined && type.kind !== 'text' && type.kind !== 'json')
      reading.wrong([...path, system, 'maxLength'], `A field of type ${type.kind} has no length.`, 'Leave "maxLength" out.', 'key');
  }
  checkTransforms(reading, sides, path);
  const all = Object.values(sides);
  if (all.every((side) => side.only === 'write'))
    reading.wrong(path, 'No system is read for this field.', 'Leave out "only: write" in one of them.', 'key');
  if (all.length > 1 && all.every((side) => side.only === 'read')) {
    reading.warn(path, 'The field is read everywhere and written nowhere.', 'Leave out "only: read" where it may be written.');
  }
}

function withValues(sides: Readonly<Record<string, Side>>, maps: ValueMaps): Readonly<Record<string, Side>> {
  return Object.fromEntries(Object.entries(sides).map(([system, side]) => [system, maps[system] ? { ...maps[system], ...side } : side]));
}

function warnOfLoner(reading: Reading, sides: Readonly<Record<string, Side>>, path: Path): void {
  const [[system, side] = [], ...others] = Object.entries(sides);
  if (others.length > 0 || side?.only !== undefined) return;
  reading.warn(
    path,
    `The field is in ${system} alone, so it is kept in the history but mirrored nowhere.`,
    'Add the other column, give it a policy, or say "only: read".',
  );
}
