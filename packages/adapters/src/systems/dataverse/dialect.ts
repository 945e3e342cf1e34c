import { canonicalJson, type Dialect, type FieldType, type Json, type Scalar } from '@concord/core';
import { isWhole } from '../../shared/json/look.ts';
import { canonicalInstant, dayOf, isDate } from '../../shared/values/date.ts';
import { canonicalDecimal, exactNumber, isNumeric, scaleOf } from '../../shared/values/decimal.ts';
import { canonicalInteger, fitsInt32, integerNumber } from '../../shared/values/integer.ts';
import { setText, symbolsOf } from '../../shared/values/set.ts';

/** The most options that a multi-select column holds. */
const CHOICES_MAX = 150;
const EMPTY_GUID = '00000000-0000-0000-0000-000000000000';

/** How Dataverse writes values. An empty text is kept by it as null. Facts: Dataverse Web API, "Types of columns". */
export const dataverseDialect: Dialect = {
  decode: (type, json) => (json === null || json === '' ? null : decoders[type.kind](json, type)),
  encode: (type, value) => (value === null || value === '' ? null : encoders[type.kind](value, type)),
};

type Decode = (json: Json, type: FieldType) => Scalar | undefined;
type Encode = (value: Scalar, type: FieldType) => Json | undefined;

const text = (json: Json): string | undefined => (typeof json === 'string' && isWhole(json) ? json : undefined);

const decoders: Readonly<Record<FieldType['kind'], Decode>> = {
  text,
  integer: (json) => (isNumeric(json) ? canonicalInteger(json) : undefined),
  decimal: (json, type) => (isNumeric(json) ? canonicalDecimal(json, scaleOf(type)) : undefined),
  date: (json) => (typeof json !== 'string' ? undefined : isDate(json) ? json : dayOf(json)),
  datetime: (json) => (typeof json === 'string' ? canonicalInstant(json) : undefined),
  yesno: (json) => (typeof json === 'boolean' ? json : undefined),
  choice: (json) => (typeof json === 'number' && fitsInt32(json) ? String(json) : undefined),
  choices: (json) => (typeof json === 'string' ? choicesIn(json) : undefined),
  json: jsonIn,
  reference: (json) => (json === EMPTY_GUID ? null : text(json)),
};

const encoders: Readonly<Record<FieldType['kind'], Encode>> = {
  text: (value) => text(value),
  integer: (value) => (isNumeric(value) ? integerNumber(value) : undefined),
  decimal: (value, type) =>
    typeof value === 'string' && canonicalDecimal(value, scaleOf(type)) === value ? exactNumber(value) : undefined,
  date: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
  datetime: (value) => (typeof value === 'string' && canonicalInstant(value) === value ? value : undefined),
  yesno: (value) => (typeof value === 'boolean' ? value : undefined),
  choice: (value) => (typeof value === 'string' && isOption(value) ? Number(value) : undefined),
  choices: (value) => (typeof value === 'string' ? choicesText(value) : undefined),
  // As other programs read it: the text that documents hold is JSON already.
  json: (value) => text(value),
  reference: (value) => (value === EMPTY_GUID ? undefined : text(value)),
};

function isOption(symbol: string): boolean {
  return /^(0|-?[1-9]\d{0,9})$/.test(symbol) && fitsInt32(Number(symbol));
}

/** `"1,9"` or `"1, 9"`, as a set. */
function choicesIn(json: string): string | null | undefined {
  const symbols = json.split(',').map((symbol) => symbol.trim());
  return symbols.every(isOption) ? setText(symbols) : undefined;
}

function choicesText(value: string): string | undefined {
  const symbols = symbolsOf(value);
  return symbols !== undefined && symbols.length <= CHOICES_MAX && symbols.every(isOption) ? symbols.join(',') : undefined;
}

/** A text column that holds JSON; `null` written out is empty. */
function jsonIn(json: Json): string | null | undefined {
  const read = typeof json === 'string' ? canonicalJson(json) : undefined;
  return read === 'null' ? null : read;
}
