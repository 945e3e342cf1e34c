import type { z } from 'zod';
import type { DeletePolicy, Derived, Invariant, Refused } from '../map/table.ts';
import type { CustomPolicy } from '../policy/custom.ts';
import type { Path } from './fault.ts';
import { missing, unknownKey } from './explain.ts';
import { readDelete } from './delete.ts';
import { orderDerived, readDerived, type DerivedRead } from './derived.ts';
import { readField, type FieldRead } from './field.ts';
import { checkFilters } from './filters.ts';
import { readGroup, type GroupRead, type GroupSurroundings } from './group.ts';
import { checkReverts, readInvariant, type InvariantRead } from './invariants.ts';
import { readKeys, type KeysRead } from './keys.ts';
import { checkName } from './names.ts';
import { checkPolicies } from './policy.ts';
import { isTooLong, membersOf, type Reading } from './reading.ts';
import { entityShape, tableSideShape } from './shapes.ts';

/** Ten times what the largest tables have of which we know. */
const FIELDS_MAX = 2_000;

export type TableSideRead = z.output<typeof tableSideShape>;

/** What the expressions of an entity are read against. */
export type EntityFields = Pick<EntityRead, 'path' | 'sides' | 'key' | 'fields' | 'names' | 'groups'>;

/** An entity, read. Where a part of it was wrong, that was complained of, and the rest is here. */
export interface EntityRead extends Partial<KeysRead> {
  readonly name: string;
  readonly path: Path;
  /** By system, in the order of the configuration. */
  readonly sides: Readonly<Record<string, TableSideRead>>;
  readonly key: readonly string[];
  readonly delete: DeletePolicy;
  readonly fields: ReadonlyMap<string, FieldRead>;
  /** All names of fields, also of those that were complained of. */
  readonly names: readonly string[];
  readonly groups: readonly GroupRead[];
  readonly filter?: string;
  readonly refused?: Refused;
  readonly derived: readonly Derived[];
  readonly invariants: readonly Invariant[];
  readonly seed?: string;
  readonly initial?: 'wait';
  /** For every side that has none of its own. */
  readonly guard?: TableSideRead['guard'];
}

export interface EntitySurroundings {
  readonly systems: readonly string[];
  readonly entities: readonly string[];
  /** The policies of the user's own. */
  readonly own: Readonly<Record<string, CustomPolicy>>;
}

/** `undefined` after a complaint that leaves nothing to work with. */
export function readEntity(reading: Reading, raw: unknown, path: Path, around: EntitySurroundings): EntityRead | undefined {
  reading.complain(checkName('entity', path));
  const members = membersOf(raw);
  const words = reading.read(entityShape, raw, path);
  const known = [...around.systems, ...Object.keys(entityShape.shape)];
  const strangers = Object.keys(members).filter((name) => !known.includes(name));
  for (const name of strangers) reading.complain(unknownKey([...path, name], known));
  const systems = around.systems.filter((system) => members[system] !== undefined);
  // A system that seems to be missing is most likely the name that was mistyped.
  if (systems.length < 2 && strangers.length === 0) complainOfSystems(reading, systems, path, around);
  const sides = systems.flatMap((system) => {
    const side = reading.read(tableSideShape, members[system], [...path, system]);
    return side ? [[system, side] as const] : [];
  });
  if (!words || isTooLong(reading, [...path, 'fields'], Object.keys(words.fields).length, FIELDS_MAX)) return undefined;
  const absent = new Set(systems.length < 2 ? [] : around.systems.filter((system) => !systems.includes(system)));
  const fields = readFields(reading, words.fields, path, { ...around, absent });
  const names = Object.keys(words.fields);
  if (names.length === 0) reading.complain(missing([...path, 'fields', 'name']));
  const groups = readGroups(reading, words.groups, path, { fields, names });
  const removal = readDelete(reading, words.delete, { systems, fields, names, groups }, [...path, 'delete']);
  const entity = {
    name: String(path.at(-1)),
    path,
    sides: Object.fromEntries(sides),
    key: words.key,
    delete: removal,
    fields,
    names,
    groups,
  };
  const derived = readDerived(reading, entity);
  const invariants = words.invariants.flatMap((item, index) => readInvariant(reading, item, entity, [...path, 'invariants', index]) ?? []);
  const links = checkRules(reading, entity, { derived, invariants, own: around.own });
  checkFilters(reading, entity, words.filter);
  return {
    ...entity,
    ...(words.filter === undefined ? {} : { filter: words.filter }),
    ...(words.refused === undefined ? {} : { refused: words.refused }),
    derived: links.filter((link) => derived.includes(link)).map(({ field, text }) => ({ field, text })),
    invariants: invariants.map(({ invariant }) => invariant),
    ...readKeys(reading, words, entity),
    ...(words.seed === undefined ? {} : { seed: words.seed }),
    ...(words.initial === undefined ? {} : { initial: words.initial }),
    ...(words.guard === undefined ? {} : { guard: words.guard }),
  };
}

interface RulesRead {
  readonly derived: readonly DerivedRead[];
  readonly invariants: readonly InvariantRead[];
  readonly own: EntitySurroundings['own'];
}

/** Policies, computed fields and invariants read each other's fields. Answers what is computed, in an order in which each can be. */
function checkRules(reading: Reading, entity: EntityFields, { derived, invariants, own }: RulesRead): readonly DerivedRead[] {
  const links = orderDerived(reading, [...derived, ...invariants.flatMap(({ computed }) => computed ?? [])]);
  const traits = checkPolicies(reading, entity, own, links);
  checkReverts(reading, invariants, { groups: entity.groups, derived: links, traits });
  return links;
}

function complainOfSystems(reading: Reading, systems: readonly string[], path: Path, around: EntitySurroundings): void {
  const other = around.systems.find((system) => !systems.includes(system)) ?? 'system';
  const where = systems.length === 0 ? 'no system' : `${systems.join()} alone`;
  reading.wrong(path, `The entity is in ${where}: there is nothing to mirror it with.`, `Add "${other}: { set: … }".`, 'key');
}

function readFields(
  reading: Reading,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  around: Parameters<typeof readField>[3],
): ReadonlyMap<string, FieldRead> {
  const read = Object.entries(raw).map(([name, field]) => readField(reading, field, [...path, 'fields', name], around));
  return new Map(read.flatMap((field) => (field ? [[field.name, field] as const] : [])));
}

function readGroups(
  reading: Reading,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  around: Omit<GroupSurroundings, 'owners'>,
): readonly GroupRead[] {
  const owners = new Map<string, string>();
  return Object.entries(raw).flatMap(([name, group]) => readGroup(reading, group, [...path, 'groups', name], { ...around, owners }) ?? []);
}
