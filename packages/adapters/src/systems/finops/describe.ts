import type { ColumnFacts, ColumnKind, JsonObject, TableFacts, Trouble } from '@concord/core';
import { member, objectsOf, textOf } from '../../shared/json/look.ts';
import type { ODataClient } from '../../shared/odata/client.ts';
import { COMPANY } from './tables.ts';
import { literal, query } from '../../shared/odata/literal.ts';

/** `TypeName` of a property to its kind; enumerations have names of their own. */
const KINDS: Readonly<Record<string, ColumnKind>> = {
  'Edm.String': 'text',
  'Edm.Int32': 'integer',
  'Edm.Int64': 'integer',
  'Edm.Decimal': 'decimal',
  'Edm.DateTimeOffset': 'datetime',
  'Edm.Guid': 'id',
};
const NO_YES = 'NoYes';

/**
 * Asks `/Metadata/PublicEntities` and `/Metadata/PublicEnumerations`. How long texts may be, and how many digits a number has, they do not tell.
 * Source: "Open Data Protocol (OData)", metadata feed of finance and operations apps.
 */
export async function describeEntity(client: ODataClient, set: string): Promise<TableFacts | Trouble> {
  const reply = await client.get(`Metadata/PublicEntities${query({ $filter: `EntitySetName eq ${literal(set)}` })}`);
  if (reply.kind !== 'answer') return reply;
  if (reply.status >= 300) return { kind: 'unreachable', words: reply.words };
  const entity = objectsOf(reply.body, 'value').find((one) => textOf(one, 'EntitySetName') === set);
  if (!entity) return { kind: 'drifted', words: `there is no data entity with the set name "${set}"` };
  const enums = await enumerations(client);
  if (enums.kind !== 'told') return enums;
  const isReadOnly = member(entity, 'IsReadOnly') === true;
  const properties = objectsOf(entity, 'Properties');
  return {
    kind: 'table',
    columns: properties.map((property) => factsOf(property, enums.symbols, isReadOnly)),
    keys: [
      properties
        .filter((property) => member(property, 'IsKey') === true && textOf(property, 'Name') !== COMPANY)
        .map((property) => textOf(property, 'Name') ?? ''),
    ],
  };
}

async function enumerations(
  client: ODataClient,
): Promise<{ readonly kind: 'told'; readonly symbols: ReadonlyMap<string, readonly string[]> } | Trouble> {
  const reply = await client.get('Metadata/PublicEnumerations');
  if (reply.kind !== 'answer') return reply;
  if (reply.status >= 300) return { kind: 'unreachable', words: reply.words };
  const symbols = new Map(
    objectsOf(reply.body, 'value').map((one) => [
      textOf(one, 'Name') ?? '',
      objectsOf(one, 'Members').flatMap((symbol) => textOf(symbol, 'Name') ?? []),
    ]),
  );
  return { kind: 'told', symbols };
}

function factsOf(property: JsonObject, enums: ReadonlyMap<string, readonly string[]>, isReadOnly: boolean): ColumnFacts {
  const told = textOf(property, 'TypeName') ?? '';
  const named = told.slice(told.lastIndexOf('.') + 1);
  const symbols = told.startsWith('Edm.') ? undefined : enums.get(named);
  const day = textOf(property, 'DataType') === 'Date';
  const kind = symbols ? (named === NO_YES ? 'yesno' : 'choice') : day ? 'date' : (KINDS[told] ?? 'other');
  return {
    name: textOf(property, 'Name') ?? '',
    kind,
    told,
    ...(symbols === undefined ? {} : { symbols }),
    // The company is the adapter's own to give.
    isRequired: member(property, 'IsMandatory') === true && textOf(property, 'Name') !== COMPANY,
    canCreate: !isReadOnly && member(property, 'AllowEditOnCreate') !== false,
    canUpdate: !isReadOnly && member(property, 'AllowEdit') !== false,
  };
}
