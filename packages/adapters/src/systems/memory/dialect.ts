import { canonicalJson, type Dialect, type FieldType, type Json, type Scalar } from '@concord/core';
import { isWhole } from '../../shared/json/look.ts';
import { canonicalInstant, isDate } from '../../shared/values/date.ts';
import { canonicalDecimal } from '../../shared/values/decimal.ts';
import { canonicalInteger } from '../../shared/values/integer.ts';
import { symbolsOf } from '../../shared/values/set.ts';

/** Canonical values as they are; a decimal or integer may also come as a number. */
export const memoryDialect: Dialect = {
  decode: (type, json) => (json === null ? null : readers[type.kind](json, type)),
  encode: (type, value) => (value === null || readers[type.kind](value, type) === value ? value : undefined),
};

type Reader = (json: Json, type: FieldType) => Scalar | undefined;

const text: Reader = (json) => (typeof json === 'string' && isWhole(json) ? json : undefined);

const readers: Readonly<Record<FieldType['kind'], Reader>> = {
  text,
  integer: (json) => (isNumeric(json) ? canonicalInteger(json) : undefined),
  decimal: (json, type) => (type.kind === 'decimal' && isNumeric(json) ? canonicalDecimal(json, type.scale) : undefined),
  date: (json) => (typeof json === 'string' && isDate(json) ? json : undefined),
  datetime: (json) => (typeof json === 'string' ? canonicalInstant(json) : undefined),
  yesno: (json) => (typeof json === 'boolean' ? json : undefined),
  choice: text,
  choices: (json) => (typeof json === 'string' && symbolsOf(json) !== undefined ? json : undefined),
  json: (json) => (typeof json === 'string' ? nullIfSo(canonicalJson(json)) : undefined),
  reference: text,
};

function isNumeric(json: Json): json is string | number {
  return typeof json === 'number' || typeof json === 'string';
}

function nullIfSo(json: string | undefined): string | null | undefined {
  return json === 'null' ? null : json;
}
