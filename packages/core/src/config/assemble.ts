import { compileTransform } from '../map/transform.ts';
import { entityName, systemId } from '../ids.ts';
import type { FieldMap, GuardMap, Refused, RegisterMap, Side, TableMap, TableSide } from '../map/table.ts';
import type { EntityRead, TableSideRead } from './entity.ts';
import type { FieldRead } from './field.ts';
import { policyOf } from './policy.ts';
import { keyFields } from './relations.ts';

/** An entity that was read without a complaint, as the rest of Concord knows it. */
export function tableMapOf(entity: EntityRead): TableMap {
  const sides = sidesOf(entity).map((side) => [side.system, side] as const);
  return {
    entity: entityName(entity.name),
    sides: Object.fromEntries(sides),
    key: keyFields(entity),
    delete: entity.delete,
    registers: [...plainRegisters(entity), ...groupRegisters(entity)],
    ...(entity.filter === undefined ? {} : { filter: entity.filter }),
    ...(entity.refused === undefined ? {} : { refused: entity.refused }),
    ...(entity.derived.length === 0 ? {} : { derived: entity.derived }),
    ...(entity.invariants.length === 0 ? {} : { invariants: entity.invariants }),
    ...keysOf(entity),
    ...(entity.seed === undefined ? {} : { seed: systemId(entity.seed) }),
    ...(entity.initial === undefined ? {} : { initial: entity.initial }),
  };
}

/** What its systems are told of an entity. */
export function sidesOf(entity: EntityRead): readonly TableSide[] {
  return Object.entries(entity.sides).map(([system, side]) => tableSideOf(entity, system, side));
}

function keysOf({ match = [], review = [], unique = [] }: EntityRead): Pick<TableMap, 'match' | 'review' | 'unique'> {
  return {
    ...(match.length === 0 ? {} : { match }),
    ...(review.length === 0 ? {} : { review }),
    ...(unique.length === 0 ? {} : { unique }),
  };
}

function guardOf({ deletes, updates, within }: NonNullable<EntityRead['guard']>): GuardMap {
  return { withinMs: within, ...(deletes === undefined ? {} : { deletes }), ...(updates === undefined ? {} : { updates }) };
}

function tableSideOf(entity: EntityRead, system: string, side: TableSideRead): TableSide {
  const { set, id, where = {}, constants = {}, correlation, feed, concurrency, only, filter, guard = entity.guard } = side;
  return {
    system: systemId(system),
    entity: entityName(entity.name),
    set,
    ...(id === undefined ? {} : { id: typeof id === 'string' ? [id] : id }),
    columns: columnsOf(entity, system, [...Object.keys(where), ...(correlation === undefined ? [] : [correlation])]),
    where,
    constants,
    ...(correlation === undefined ? {} : { correlation }),
    ...(feed === undefined ? {} : { feed }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(only === undefined ? {} : { only }),
    ...(filter === undefined ? {} : { filter }),
    ...(guard === undefined ? {} : { guard: guardOf(guard) }),
  };
}

/** The columns to read: those that fields are read from, also by their transforms, those of `where`, and the one that carries our id. */
function columnsOf(entity: EntityRead, system: string, others: readonly string[]): readonly string[] {
  const mapped = [...entity.fields.values()].flatMap((field) => {
    const side = field.sides[system];
    return side && side.only !== 'write' ? [side.column, ...othersOf(side)] : [];
  });
  return [...new Set([...mapped, ...others])];
}

function othersOf({ from }: Side): readonly string[] {
  const compiled = from === undefined ? undefined : compileTransform(from);
  return compiled?.kind === 'transform' ? compiled.transform.columns : [];
}

function plainRegisters(entity: EntityRead): readonly RegisterMap[] {
  const grouped = new Set(entity.groups.flatMap((group) => group.fields));
  return [...entity.fields.values()]
    .filter((field) => !grouped.has(field.name))
    .map((field) => ({ name: field.name, fields: [fieldMapOf(field)], policy: policyOf(field.policy), ...refusedOf(field) }));
}

function groupRegisters(entity: EntityRead): readonly RegisterMap[] {
  return entity.groups.flatMap(({ name, fields, policy, refused }) => {
    const [first, ...rest] = fields.flatMap((field) => entity.fields.get(field) ?? []).map(fieldMapOf);
    return first ? [{ name, fields: [first, ...rest] as const, policy: policyOf(policy), ...refusedOf({ refused }) }] : [];
  });
}

function refusedOf({ refused }: { readonly refused?: Refused | undefined }): Pick<RegisterMap, 'refused'> {
  return refused === undefined ? {} : { refused };
}

function fieldMapOf({ name, type, sides, sensitive, reference }: FieldRead): FieldMap {
  return { name, type, sides, ...(sensitive ? { sensitive } : {}), ...(reference === undefined ? {} : { reference }) };
}
