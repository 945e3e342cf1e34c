import type { Json, JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import { compileFilter } from '../wire/filter.ts';
import { isObject } from '../wire/json.ts';
import { parseKeyPredicate } from '../wire/key-predicate.ts';
import type { Operation } from '../wire/operation.ts';
import type { ColumnSchema, ColumnType } from '../wire/schema.ts';
import { entityNameOf, notFound, odataError } from './errors.ts';
import type { Org, Table } from './org.ts';

const PATH = /^\/Metadata\/(DataEntities|PublicEntities|PublicEnumerations)(?:\((.*)\))?$/i;

const DATA_TYPES: Readonly<Record<ColumnType, readonly [dataType: string, typeName: string]>> = {
  text: ['String', 'Edm.String'],
  integer: ['Int32', 'Edm.Int32'],
  bigint: ['Int64', 'Edm.Int64'],
  decimal: ['Real', 'Edm.Decimal'],
  money: ['Real', 'Edm.Decimal'],
  double: ['Real', 'Edm.Decimal'],
  boolean: ['Enum', 'Microsoft.Dynamics.DataEntities.NoYes'],
  yesno: ['Enum', 'Microsoft.Dynamics.DataEntities.NoYes'],
  date: ['Date', 'Edm.DateTimeOffset'],
  datetime: ['UtcDateTime', 'Edm.DateTimeOffset'],
  choice: ['Enum', ''],
  choices: ['String', 'Edm.String'],
  enum: ['Enum', ''],
  lookup: ['Guid', 'Edm.Guid'],
  guid: ['Guid', 'Edm.Guid'],
};

export const typeNameOf = (column: ColumnSchema): string =>
  DATA_TYPES[column.type][1] === '' ? `Microsoft.Dynamics.DataEntities.${column.enumName ?? column.name}` : DATA_TYPES[column.type][1];

/** Answers `/Metadata/DataEntities`, `/Metadata/PublicEntities` and `/Metadata/PublicEnumerations`; `undefined` for another path. */
export function answerMetadata(org: Org, operation: Operation): Answer | undefined {
  const [, named, key] = PATH.exec(operation.path) ?? [];
  if (named === undefined || operation.method !== 'GET') return undefined;
  const kind = named.toLowerCase();
  const all = kind === 'dataentities' ? dataEntities(org) : kind === 'publicentities' ? publicEntities(org) : publicEnumerations(org);
  const context = `${operation.origin}/Metadata/$metadata#${named}`;
  if (key === undefined) return listed(all, context, operation);
  const predicate = parseKeyPredicate(key);
  const found = all.find((one) => predicate?.kind === 'single' && one['Name'] === predicate.value);
  return found === undefined
    ? notFound(`There is no ${named} '${key}'.`)
    : jsonAnswer(200, { '@odata.context': `${context}/$entity`, ...found });
}

function listed(all: readonly JsonObject[], context: string, operation: Operation): Answer {
  const test = compileFilter(operation.query.get('$filter'), (path) => ({ order: 'text', read: (row) => row[path] }));
  if (test.kind === 'fault') return odataError(test.words);
  const names = operation.query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim());
  const shown = (one: JsonObject): JsonObject =>
    names === undefined ? one : Object.fromEntries(names.map((name) => [name, one[name] ?? null]));
  return jsonAnswer(200, { '@odata.context': context, value: all.filter(test.run).map(shown) });
}

function dataEntities(org: Org): readonly JsonObject[] {
  return [...org.tables.values()].map(({ schema }) => ({
    Name: entityNameOf(schema),
    PublicEntityName: schema.name,
    PublicCollectionName: schema.set,
    LabelId: `@ABC:${schema.name}`,
    DataServiceEnabled: true,
    DataManagementEnabled: true,
    EntityCategory: 'Master',
    IsReadOnly: false,
  }));
}

function publicEntities(org: Org): readonly JsonObject[] {
  return [...org.tables.values()].map((table) => ({
    Name: table.schema.name,
    EntitySetName: table.schema.set,
    LabelId: `@ABC:${table.schema.name}`,
    IsReadOnly: false,
    ConfigurationEnabled: true,
    Properties: [...table.columns.values()].map(property),
    NavigationProperties: navigations(org, table),
  }));
}

function property(column: ColumnSchema): JsonObject {
  return {
    Name: column.name,
    TypeName: typeNameOf(column),
    DataType: DATA_TYPES[column.type][0],
    LabelId: `@ABC:${column.name}`,
    IsKey: column.key === true,
    IsMandatory: column.required === true,
    ConfigurationEnabled: true,
    AllowEdit: column.readOnly !== true && column.fixed !== true && column.key !== true,
    AllowEditOnCreate: column.readOnly !== true,
    IsDimension: false,
  };
}

function navigations(org: Org, { columns }: Table): Json {
  return [...columns.values()].flatMap((column) => {
    const related = org.tables.get(column.related?.set ?? '');
    if (related === undefined || column.related === undefined) return [];
    const constraint = {
      '@odata.type': '#Microsoft.Dynamics.Metadata.ReferentialConstraint',
      Property: column.name,
      ReferencedProperty: column.related.column,
    };
    return [
      {
        Name: related.schema.name,
        RelatedEntity: related.schema.name,
        RelatedRelationName: '',
        Cardinality: 'Single',
        Constraints: [constraint],
      },
    ];
  });
}

const NO_YES = {
  name: 'NoYes',
  members: [
    { value: 0, label: 'No' },
    { value: 1, label: 'Yes' },
  ],
};

/** The enumerations that columns use, each once. */
export function enumerationsOf(
  org: Org,
): readonly { readonly name: string; readonly members: readonly { readonly value: number; readonly label: string }[] }[] {
  const named = new Map([[NO_YES.name, NO_YES]]);
  for (const table of org.tables.values())
    for (const column of table.columns.values())
      if (column.type === 'enum')
        named.set(column.enumName ?? column.name, { name: column.enumName ?? column.name, members: column.options ?? [] });
  return [...named.values()];
}

function publicEnumerations(org: Org): readonly JsonObject[] {
  return enumerationsOf(org)
    .map(({ name, members }) => ({
      Name: name,
      LabelId: `@ABC:${name}`,
      ConfigurationEnabled: true,
      Members: members.map(({ value, label }) => ({ Name: label, Value: value, LabelId: `@ABC:${label}`, ConfigurationEnabled: true })),
    }))
    .filter(isObject);
}
