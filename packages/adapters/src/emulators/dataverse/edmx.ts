import type { ColumnSchema, ColumnType } from '../wire/schema.ts';
import { element, edmxDocument } from '../wire/edmx.ts';
import type { Org, Table } from './org.ts';
import { propertyOf } from './standard-columns.ts';

const EDM: Readonly<Record<ColumnType, string>> = {
  text: 'Edm.String',
  integer: 'Edm.Int32',
  bigint: 'Edm.Int64',
  decimal: 'Edm.Decimal',
  money: 'Edm.Decimal',
  double: 'Edm.Double',
  boolean: 'Edm.Boolean',
  yesno: 'Edm.Boolean',
  date: 'Edm.Date',
  datetime: 'Edm.DateTimeOffset',
  choice: 'Edm.Int32',
  choices: 'Edm.String',
  enum: 'Edm.Int32',
  lookup: 'Edm.Guid',
  guid: 'Edm.Guid',
};

/** The `$metadata` document: entity types with keys, properties, look-ups, alternate keys and computed columns. */
export function dataverseMetadata(org: Org): string {
  const tables = [...org.tables.values()];
  const types = tables.map((table) => entityType(org, table)).join('');
  const sets = tables.map(({ schema }) =>
    element('EntitySet', { Name: schema.set, EntityType: `mscrm.${schema.name}` }, bindings(org, schema.set)),
  );
  return edmxDocument('Microsoft.Dynamics.CRM', 'mscrm', types + element('EntityContainer', { Name: 'System' }, sets.join('')));
}

function entityType(org: Org, table: Table): string {
  const { schema, idColumn, columns, keys } = table;
  const own = [...columns.values()];
  const alternate = keys.map((key) => key.columns.map((column) => propertyOf(column)).join(','));
  return element(
    'EntityType',
    { Name: schema.name },
    element('Key', {}, element('PropertyRef', { Name: idColumn })) +
      own.map(property).join('') +
      own.flatMap((column) => navigations(org, column)).join('') +
      alternate.map((names) => element('Annotation', { Term: 'OData.Community.Keys.V1.AlternateKeys', String: names })).join('') +
      element('Annotation', { Term: 'Org.OData.Capabilities.V1.ChangeTracking', Bool: String(schema.changeTracking !== false) }),
  );
}

function property(column: ColumnSchema): string {
  const computed = column.readOnly === true ? element('Annotation', { Term: 'Org.OData.Core.V1.Computed', Bool: 'true' }) : '';
  const length = column.type === 'text' && column.lengthMax !== undefined ? { MaxLength: String(column.lengthMax) } : {};
  return element('Property', { Name: propertyOf(column), Type: EDM[column.type], ...length }, computed);
}

function navigations(org: Org, column: ColumnSchema): readonly string[] {
  return (column.targets ?? [])
    .filter((target) => target.navigation !== '')
    .map((target) =>
      element(
        'NavigationProperty',
        { Name: target.navigation, Type: `mscrm.${org.tables.get(target.set)?.schema.name ?? 'crmbaseentity'}` },
        element('ReferentialConstraint', {
          Property: propertyOf(column),
          ReferencedProperty: org.tables.get(target.set)?.idColumn ?? 'id',
        }),
      ),
    );
}

function bindings(org: Org, set: string): string {
  const columns = [...(org.tables.get(set)?.columns.values() ?? [])];
  return columns
    .flatMap((column) => column.targets ?? [])
    .filter((target) => target.navigation !== '')
    .map((target) => element('NavigationPropertyBinding', { Path: target.navigation, Target: target.set }))
    .join('');
}
