import type { Json, JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import { compileFilter } from '../wire/filter.ts';
import type { Readers } from '../wire/filter.ts';
import { guidOf } from '../wire/guid.ts';
import { isList, isObject, wordsOf } from '../wire/json.ts';
import { parseKeyPredicate } from '../wire/key-predicate.ts';
import type { Operation } from '../wire/operation.ts';
import type { ColumnSchema, ColumnType } from '../wire/schema.ts';
import { CODES, errorAnswer } from './errors.ts';
import { API } from './link.ts';
import type { Org, Table } from './org.ts';
import { privilegesOf } from './privileges.ts';
import { splitOutside } from './render.ts';

const ATTRIBUTE_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'String',
  integer: 'Integer',
  bigint: 'BigInt',
  decimal: 'Decimal',
  money: 'Money',
  double: 'Double',
  boolean: 'Boolean',
  yesno: 'Boolean',
  date: 'DateTime',
  datetime: 'DateTime',
  choice: 'Picklist',
  choices: 'Virtual',
  enum: 'Picklist',
  lookup: 'Lookup',
  guid: 'Uniqueidentifier',
};

const PATH = /^EntityDefinitions(?:\((.*?)\))?(?:\/(Attributes|Keys)(?:\/Microsoft\.Dynamics\.CRM\.(\w+)AttributeMetadata)?)?$/;

export const isDefinitions = (resource: string): boolean => PATH.test(resource);

/** Answers `EntityDefinitions`, one of them by logical name or metadata id, and its `Attributes` and `Keys`. */
export function answerDefinitions(org: Org, resource: string, operation: Operation): Answer {
  const [, key, part, cast] = PATH.exec(resource) ?? [];
  const context = `${operation.origin}${API}$metadata#EntityDefinitions`;
  const all = [...org.tables.values()].map((table) => definition(table));
  if (key === undefined) return listed(all, context, operation);
  const predicate = parseKeyPredicate(key);
  const wanted = predicate?.kind === 'named' ? predicate.values.get('LogicalName') : predicate?.value;
  const found = all.find((one) => one['LogicalName'] === wanted || one['MetadataId'] === wanted);
  if (found === undefined) return errorAnswer(404, CODES.missing, `Could not find an entity with name ${wanted ?? key}.`);
  const choices = cast === undefined ? undefined : org.tables.get(wordsOf(found['EntitySetName'] ?? ''));
  if (part !== undefined && choices) return listedChoices(choices, cast ?? '', `${context}(${key})/${part}`, operation);
  if (part !== undefined) return listed(objectsIn(found[part]), `${context}(${key})/${part}`, operation);
  return jsonAnswer(200, { '@odata.context': `${context}/$entity`, ...shown(found, operation.query) });
}

/** Columns of one kind of choice; what can be chosen is told only where it is expanded. */
function listedChoices({ columns }: Table, cast: string, context: string, operation: Operation): Answer {
  const kind = CHOICES[cast];
  const asked = /(?:^|,)OptionSet/.test(operation.query.get('$expand') ?? '');
  const found = [...columns.values()].filter(({ type }) => type === kind);
  const value = found.map(({ name, options = [] }) => ({
    MetadataId: guidOf(`column/${name}`),
    LogicalName: name,
    ...(asked && { OptionSet: { Options: options.map((option) => ({ Value: option.value, Label: label(option.label) })) } }),
  }));
  return jsonAnswer(200, { '@odata.context': context, value });
}

const CHOICES: Readonly<Record<string, ColumnType>> = { Picklist: 'choice', MultiSelectPicklist: 'choices' };

const readers: Readers = (path) => ({ order: 'text', read: (row) => row[path] });

function listed(all: readonly JsonObject[], context: string, operation: Operation): Answer {
  const test = compileFilter(operation.query.get('$filter'), readers);
  if (test.kind === 'fault') return errorAnswer(400, CODES.query, test.words);
  return jsonAnswer(200, { '@odata.context': context, value: all.filter(test.run).map((one) => shown(one, operation.query)) });
}

const NAVIGATIONS: ReadonlySet<string> = new Set(['Attributes', 'Keys']);

/** `$select` and `$expand` on a definition; what it leads to is told only when it is asked for. */
function shown(all: JsonObject, query: ReadonlyMap<string, string>): JsonObject {
  const expansions = splitOutside(query.get('$expand') ?? '', ',').map((piece) => /^(\w+)(?:\((.*)\))?$/.exec(piece) ?? []);
  const inside = new Set(expansions.map(([, name]) => name));
  const told: Record<string, Json> = {};
  for (const [name, value] of Object.entries(selected(all, query.get('$select')))) if (!NAVIGATIONS.has(name)) told[name] = value;
  for (const [, name = '', options = ''] of expansions) {
    const select = splitOutside(options, ';')
      .find((option) => option.startsWith('$select='))
      ?.slice('$select='.length);
    if (inside.has(name)) told[name] = objectsIn(all[name]).map((one) => selected(one, select));
  }
  return 'KeyAttributes' in all ? selected(all, query.get('$select')) : told;
}

function selected(all: JsonObject, select: string | undefined): JsonObject {
  if (select === undefined) return all;
  const names = new Set(['MetadataId', ...select.split(',').map((name) => name.trim())]);
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}

const objectsIn = (json: Json | undefined): readonly JsonObject[] => (isList(json) ? json.filter(isObject) : []);

function definition(table: Table): JsonObject {
  const { schema, idColumn, columns, keys } = table;
  return {
    MetadataId: guidOf(`table/${schema.name}`),
    LogicalName: schema.name,
    SchemaName: schema.name,
    EntitySetName: schema.set,
    LogicalCollectionName: schema.set,
    PrimaryIdAttribute: idColumn,
    PrimaryNameAttribute: schema.primaryName ?? null,
    ChangeTrackingEnabled: schema.changeTracking !== false,
    IsOptimisticConcurrencyEnabled: true,
    IsCustomEntity: /^[a-z]+_/.test(schema.name),
    DisplayName: label(schema.label ?? schema.name),
    Privileges: privilegesOf(table),
    Attributes: [...columns.values()].map((column) => attribute(schema.name, column)),
    Keys: keys.map((key) => ({
      MetadataId: guidOf(`key/${schema.name}/${key.name}`),
      LogicalName: key.name,
      SchemaName: key.name,
      EntityLogicalName: schema.name,
      KeyAttributes: key.columns.map((column) => column.name),
      EntityKeyIndexStatus: 'Active',
    })),
  };
}

function attribute(entity: string, column: ColumnSchema): JsonObject {
  const free = column.readOnly !== true;
  return {
    MetadataId: guidOf(`column/${entity}/${column.name}`),
    LogicalName: column.name,
    SchemaName: column.name,
    EntityLogicalName: entity,
    AttributeType: ATTRIBUTE_TYPES[column.type],
    AttributeTypeName: { Value: column.type === 'choices' ? 'MultiSelectPicklistType' : `${ATTRIBUTE_TYPES[column.type]}Type` },
    RequiredLevel: {
      Value: column.required === true ? 'SystemRequired' : 'None',
      CanBeChanged: true,
      ManagedPropertyLogicalName: 'canmodifyrequirementlevelsettings',
    },
    IsValidForCreate: free,
    IsValidForUpdate: free && column.fixed !== true,
    IsValidForRead: true,
    IsPrimaryId: column.type === 'guid' && column.fixed === true,
    ...(column.lengthMax !== undefined && { MaxLength: column.lengthMax }),
    ...(column.precision !== undefined && { Precision: column.precision }),
    ...(column.type === 'date' && { Format: 'DateOnly' }),
    ...(column.targets !== undefined && { Targets: column.targets.map((target) => target.set) }),
    DisplayName: label(column.label ?? column.name),
  };
}

const label = (words: string): JsonObject => ({ UserLocalizedLabel: { Label: wordsOf(words), LanguageCode: 1_033 } });
