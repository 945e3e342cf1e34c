import type { Json } from '@concord/core';
import { Decimal } from 'decimal.js';
import { wholeSeconds } from '../wire/clock.ts';
import { GUID, GUID_EMPTY } from '../wire/guid.ts';
import { wordsOf } from '../wire/json.ts';
import type { ColumnSchema } from '../wire/schema.ts';

/** A value as the column stores it, or why it does not. */
export type Accepted = { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'bad'; readonly words: string };

/** There is no null: a date that is not set is this one. */
export const DATE_EMPTY = '1900-01-01T12:00:00Z';
export const TIME_EMPTY = '1900-01-01T00:00:00Z';
const SCALE_MAX = 6;

const value = (json: Json): Accepted => ({ kind: 'value', value: json });
const bad = (column: ColumnSchema, json: Json, type: string): Accepted => ({
  kind: 'bad',
  words: `Cannot convert the literal '${JSON.stringify(json)}' of property '${column.name}' to the expected type '${type}'.`,
});

/** What the column holds when nobody gave a value. */
export function emptyOf(column: ColumnSchema): Json {
  switch (column.type) {
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'money':
    case 'double':
      return 0;
    case 'yesno':
      return 'No';
    case 'enum':
      return column.options?.[0]?.label ?? '';
    case 'date':
      return DATE_EMPTY;
    case 'datetime':
      return TIME_EMPTY;
    case 'guid':
      return GUID_EMPTY;
    default:
      return '';
  }
}

/** Stores a written value the way the column's type does: dates at noon, numbers rounded, ends of texts trimmed. */
export function accept(column: ColumnSchema, json: Json): Accepted {
  if (json === null) return value(emptyOf(column));
  switch (column.type) {
    case 'integer':
    case 'bigint':
      return Number.isInteger(json) ? value(json) : bad(column, json, 'Edm.Int32');
    case 'decimal':
    case 'money':
    case 'double':
      return typeof json === 'number' ? value(rounded(column, json)) : bad(column, json, 'Edm.Decimal');
    case 'yesno':
      return json === 'Yes' || json === 'No' ? value(json) : badEnum(json, 'NoYes');
    case 'enum':
      return column.options?.some((option) => option.label === json) ? value(json) : badEnum(json, column.enumName ?? column.name);
    case 'date':
      return isTime(json) ? value(`${json.slice(0, 10)}T12:00:00Z`) : bad(column, json, 'Edm.DateTimeOffset');
    case 'datetime':
      return isTime(json) ? value(wholeSeconds(Date.parse(json))) : bad(column, json, 'Edm.DateTimeOffset');
    case 'guid':
      return typeof json === 'string' && GUID.test(json) ? value(json.toLowerCase()) : bad(column, json, 'Edm.Guid');
    default:
      return text(column, json);
  }
}

function text(column: ColumnSchema, json: Json): Accepted {
  if (typeof json !== 'string') return bad(column, json, 'Edm.String');
  const trimmed = json.trimEnd();
  if (column.lengthMax === undefined || trimmed.length <= column.lengthMax) return value(trimmed);
  return {
    kind: 'bad',
    words: `The value of property '${column.name}' is longer than the maximum length of ${column.lengthMax} characters.`,
  };
}

const rounded = (column: ColumnSchema, json: number): number =>
  new Decimal(json).toDecimalPlaces(column.precision ?? SCALE_MAX, Decimal.ROUND_HALF_UP).toNumber();

const isTime = (json: Json): json is string =>
  typeof json === 'string' && /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(json) && !Number.isNaN(Date.parse(json));

const badEnum = (json: Json, name: string): Accepted => ({
  kind: 'bad',
  words: `Cannot convert the literal '${wordsOf(json)}' to the expected type 'Microsoft.Dynamics.DataEntities.${name}'. Requested value '${wordsOf(json)}' was not found.`,
});
