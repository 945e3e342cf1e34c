import type { Binding, ColumnFacts, ColumnKind, Json, JsonObject, TableFacts, Trouble } from '@concord/core';
import { isList, member, objectsOf, textOf } from '../../shared/json/look.ts';
import type { ODataClient } from '../../shared/odata/client.ts';
import { literal, pathPredicate } from '../../shared/odata/literal.ts';
import { rightsIn, type Held } from './rights.ts';
import type { TableFacts as Located } from './tables.ts';

/** `AttributeType` of a column to its kind. Source: Dataverse Web API, "AttributeTypeCode". */
const KINDS: Readonly<Record<string, ColumnKind>> = {
  String: 'text',
  Memo: 'text',
  Integer: 'integer',
  BigInt: 'integer',
  Decimal: 'decimal',
  Money: 'decimal',
  Double: 'decimal',
  DateTime: 'datetime',
  Boolean: 'yesno',
  Picklist: 'choice',
  State: 'choice',
  Status: 'choice',
  Lookup: 'lookup',
  Customer: 'lookup',
  Owner: 'lookup',
  Uniqueidentifier: 'id',
};

/** Columns whose choices have to be asked for by their own type: `OptionSet` is told of these only under a cast. */
const CASTS = ['Picklist', 'State', 'Status', 'MultiSelectPicklist'] as const;

/**
 * Asks `EntityDefinitions` for the columns, their choices, the alternate keys and the privileges of a table. Source: Dataverse Web API,
 * "Query table definitions". `held` asks which privileges are ours.
 */
export async function describeTable(
  client: ODataClient,
  { logicalName, id }: Located,
  binding: Binding,
  held: () => Promise<Held | undefined>,
): Promise<TableFacts | Trouble> {
  const at = `EntityDefinitions(${pathPredicate(`LogicalName=${literal(logicalName)}`)})`;
  const definition = await ask(client, `${at}?$select=LogicalName,ChangeTrackingEnabled,Privileges`);
  if (definition.kind !== 'told') return definition;
  const attributes = await ask(client, `${at}/Attributes`);
  if (attributes.kind !== 'told') return attributes;
  const keys = await ask(client, `${at}/Keys`);
  if (keys.kind !== 'told') return keys;
  const symbols = new Map<string, readonly string[]>();
  for (const cast of CASTS) {
    const told = await ask(
      client,
      `${at}/Attributes/Microsoft.Dynamics.CRM.${cast}AttributeMetadata?$select=LogicalName&$expand=OptionSet`,
    );
    if (told.kind !== 'told') return told;
    for (const one of objectsOf(told.body, 'value')) symbols.set(textOf(one, 'LogicalName') ?? '', optionsOf(one));
  }
  const rights = rightsIn(definition.body, await held());
  const columns = objectsOf(attributes.body, 'value').map((attribute) => factsOf(attribute, symbols, binding));
  const readAs = new Map(columns.map(({ name }) => [name.replace(/^_(.+)_value$/, '$1'), name]));
  return {
    kind: 'table',
    columns,
    keys: [
      [id],
      ...objectsOf(keys.body, 'value').map((key) => textsOf(member(key, 'KeyAttributes')).map((name) => readAs.get(name) ?? name)),
    ],
    tracksChanges: member(definition.body, 'ChangeTrackingEnabled') !== false,
    ...(rights ? { rights } : {}),
  };
}

async function ask(client: ODataClient, at: string): Promise<{ readonly kind: 'told'; readonly body: Json | undefined } | Trouble> {
  const reply = await client.get(at);
  if (reply.kind !== 'answer') return reply;
  if (reply.status < 300) return { kind: 'told', body: reply.body };
  return reply.status === 404 ? { kind: 'drifted', words: reply.words } : { kind: 'unreachable', words: reply.words };
}

function factsOf(attribute: JsonObject, symbols: ReadonlyMap<string, readonly string[]>, { columns }: Binding): ColumnFacts {
  const logical = textOf(attribute, 'LogicalName') ?? '';
  const told = textOf(attribute, 'AttributeType') ?? '';
  const isMulti = textOf(member(attribute, 'AttributeTypeName'), 'Value') === 'MultiSelectPicklistType';
  const kind = isMulti ? 'choices' : told === 'DateTime' && textOf(attribute, 'Format') === 'DateOnly' ? 'date' : (KINDS[told] ?? 'other');
  const [charsMax, scale, options] = [member(attribute, 'MaxLength'), member(attribute, 'Precision'), symbols.get(logical)];
  // A look-up is read as `_name_value`, unless it is mapped under its own name.
  const name = kind === 'lookup' && !columns.includes(logical) ? `_${logical}_value` : logical;
  return {
    name,
    kind,
    told: isMulti ? 'MultiSelectPicklist' : told,
    ...(typeof charsMax === 'number' ? { charsMax } : {}),
    ...(typeof scale === 'number' ? { scale } : {}),
    ...(options === undefined ? {} : { symbols: options }),
    isRequired: ['SystemRequired', 'ApplicationRequired'].includes(textOf(member(attribute, 'RequiredLevel'), 'Value') ?? ''),
    canCreate: member(attribute, 'IsValidForCreate') !== false,
    canUpdate: member(attribute, 'IsValidForUpdate') !== false,
  };
}

function optionsOf(attribute: JsonObject): readonly string[] {
  return objectsOf(member(attribute, 'OptionSet'), 'Options').flatMap((option) => {
    const value = member(option, 'Value');
    return typeof value === 'number' ? [String(value)] : [];
  });
}

function textsOf(json: Json | undefined): readonly string[] {
  return isList(json) ? json.filter((one) => typeof one === 'string') : [];
}
