import type { Json } from '@concord/core';
import { Decimal } from 'decimal.js';
import { wholeSeconds } from '../wire/clock.ts';
import { GUID } from '../wire/guid.ts';
import type { ColumnSchema } from '../wire/schema.ts';
import { CODES } from './errors.ts';

/** A value as the column stores it, or why it does not. */
export type Accepted =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'bad'; readonly code: string; readonly words: string };

const LENGTH_DEFAULT = 100;
const PRECISION_DEFAULT = 2;
const CHOICES_MAX = 150;
const INT32_MAX = 2_147_483_647;

const value = (json: Json): Accepted => ({ kind: 'value', value: json });
const bad = (code: string, words: string): Accepted => ({ kind: 'bad', code, words });

/** Stores a written value the way the column's type does: rounded, normalised, cut to whole seconds. */
export function accept(column: ColumnSchema, entity: string, json: Json): Accepted {
  if (json === null) return value(null);
  switch (column.type) {
    case 'text':
      return text(column, entity, json);
    case 'integer':
    case 'bigint':
      return Number.isInteger(json) ? inRange(column, entity, json) : wrongType(column, json, 'Edm.Int32');
    case 'decimal':
    case 'money':
    case 'double':
      return typeof json === 'number' ? inRange(column, entity, rounded(column, json)) : wrongType(column, json, 'Edm.Decimal');
    case 'boolean':
      return typeof json === 'boolean' ? value(json) : wrongType(column, json, 'Edm.Boolean');
    case 'date':
      return typeof json === 'string' && isDate(json) ? value(json) : wrongType(column, json, 'Edm.Date');
    case 'datetime':
      return typeof json === 'string' && isTime(json)
        ? value(wholeSeconds(Date.parse(json)))
        : wrongType(column, json, 'Edm.DateTimeOffset');
    case 'choice':
      return typeof json === 'number' ? choice(column, entity, json) : wrongType(column, json, 'Edm.Int32');
    case 'choices':
      return typeof json === 'string' ? choices(column, entity, json) : wrongType(column, json, 'Edm.String');
    default:
      return typeof json === 'string' && GUID.test(json) ? value(json.toLowerCase()) : wrongType(column, json, 'Edm.Guid');
  }
}

function text(column: ColumnSchema, entity: string, json: Json): Accepted {
  if (typeof json !== 'string') return wrongType(column, json, 'Edm.String');
  const most = column.lengthMax ?? LENGTH_DEFAULT;
  const words = `A validation error occurred. The length of the '${column.name}' attribute of the '${entity}' entity exceeded the maximum allowed length of '${most}'.`;
  if (json.length > most) return bad(CODES.tooLong, words);
  // The database does not tell an empty text from none.
  return value(json === '' ? null : json);
}

function rounded(column: ColumnSchema, json: number): number {
  if (column.type === 'double') return json;
  return new Decimal(json).toDecimalPlaces(column.precision ?? PRECISION_DEFAULT, Decimal.ROUND_HALF_UP).toNumber();
}

function inRange(column: ColumnSchema, entity: string, json: Json): Accepted {
  const whole = column.type === 'integer';
  const [least, most] = [column.min ?? (whole ? -INT32_MAX - 1 : -Infinity), column.max ?? (whole ? INT32_MAX : Infinity)];
  if (typeof json === 'number' && json >= least && json <= most) return value(json);
  return bad(
    CODES.outOfRange,
    `A validation error occurred. The value of '${column.name}' on record of type '${entity}' is outside the valid range.`,
  );
}

function choice(column: ColumnSchema, entity: string, json: number): Accepted {
  const known = (column.options ?? []).map((option) => option.value);
  if (known.includes(json)) return value(json);
  return bad(
    CODES.choiceOutOfRange,
    `A validation error occurred. The value ${json} of '${column.name}' on record of type '${entity}' is outside the valid range. Accepted Values: ${known.join(',')}`,
  );
}

function choices(column: ColumnSchema, entity: string, json: string): Accepted {
  const members = [
    ...new Set(
      json
        .split(',')
        .map((piece) => piece.trim())
        .filter((piece) => piece !== ''),
    ),
  ].map(Number);
  if (members.some((member) => !Number.isInteger(member))) return wrongType(column, json, 'a list of integers');
  if (members.length > CHOICES_MAX) return bad(CODES.outOfRange, `'${column.name}' takes at most ${CHOICES_MAX} choices.`);
  for (const member of members) {
    const checked = choice(column, entity, member);
    if (checked.kind === 'bad') return checked;
  }
  return value(members.length === 0 ? null : members.toSorted((a, b) => a - b).join(','));
}

const isDate = (words: string): boolean => /^\d{4}-\d\d-\d\d$/.test(words) && !Number.isNaN(Date.parse(words));
const isTime = (words: string): boolean => /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(words) && !Number.isNaN(Date.parse(words));

const wrongType = (column: ColumnSchema, json: Json, wanted: string): Accepted =>
  bad(CODES.payload, `Cannot convert the literal '${JSON.stringify(json)}' to the expected type '${wanted}' of '${column.name}'.`);
