import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parse, unreadable } from './table-maps.ts';

const propertyShape = Type.Object({
  Name: Type.String(),
  TypeName: Type.Optional(Type.String()),
  DataType: Type.Optional(Type.String()),
  IsKey: Type.Optional(Type.Boolean()),
});
const entityShape = Type.Object({ Name: Type.String(), EntitySetName: Type.String(), Properties: Type.Array(propertyShape) });
const answerShape = Type.Object({ value: Type.Array(entityShape) });

/** A data entity, as `/Metadata/PublicEntities` of Finance & Operations tells it. */
export type PublicEntity = Static<typeof entityShape>;
export type PublicProperty = Static<typeof propertyShape>;

/** Reads what `/Metadata/PublicEntities` answered. Throws DUAL_WRITE_UNREADABLE. */
export function readPublicEntities(source: string, file: string): readonly PublicEntity[] {
  const parsed = parse(source, file);
  if (Value.Check(answerShape, parsed)) return parsed.value;
  throw unreadable(file, 'it is not what /Metadata/PublicEntities answers');
}

/** Dual-write names an entity by its label, and its fields in capitals. */
export function entityNamed(label: string, entities: readonly PublicEntity[]): PublicEntity | undefined {
  const wanted = plain(label);
  return entities.find(({ Name, EntitySetName }) => plain(EntitySetName) === wanted || plain(Name) === wanted);
}

export function propertyNamed(field: string, entity: PublicEntity | undefined): PublicProperty | undefined {
  return entity?.Properties.find(({ Name }) => plain(Name) === plain(field));
}

function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/gu, '').toLowerCase();
}

/** A name of Concord's own out of one of a system: `msdyn_creditlimit` → `creditlimit`, `Customers V3` → `customersV3`. */
export function ownName(name: string): string {
  const bare = name.replace(/^(msdyn|cdm|new|cr[0-9a-f]{3})_/u, '').replaceAll(/[^A-Za-z0-9_]/gu, '');
  const told = /^[A-Za-z_]/u.test(bare) ? bare : `_${bare}`;
  return told === told.toUpperCase() ? told.toLowerCase() : told.slice(0, 1).toLowerCase() + told.slice(1);
}
