import { edmxDocument, element } from '../wire/edmx.ts';
import { enumerationsOf, typeNameOf } from './metadata.ts';
import type { Org, Table } from './org.ts';

const NAMESPACE = 'Microsoft.Dynamics.DataEntities';

/** The `$metadata` document: entity types with keys and properties, and enumerations. */
export function finopsMetadata(org: Org): string {
  const tables = [...org.tables.values()];
  const enums = enumerationsOf(org).map(({ name, members }) =>
    element('EnumType', { Name: name }, members.map((one) => element('Member', { Name: one.label, Value: String(one.value) })).join('')),
  );
  const sets = tables.map(({ schema }) => element('EntitySet', { Name: schema.set, EntityType: `${NAMESPACE}.${schema.name}` }));
  const container = element('EntityContainer', { Name: 'Resources' }, sets.join(''));
  return edmxDocument(NAMESPACE, undefined, [...enums, ...tables.map(entityType), container].join(''));
}

function entityType({ schema, keyColumns, columns }: Table): string {
  const key = keyColumns.map((column) => element('PropertyRef', { Name: column.name })).join('');
  const properties = [...columns.values()].map((column) => element('Property', { Name: column.name, Type: typeNameOf(column) }));
  return element('EntityType', { Name: schema.name }, element('Key', {}, key) + properties.join(''));
}
