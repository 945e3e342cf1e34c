import { canonicalJson, type Dialect, type FieldType, type Json, type Scalar } from '@concord/core';
import { isWhole } from '../../shared/json/look.ts';
import { canonicalInstant, dayOf, isDate } from '../../shared/values/date.ts';
import { canonicalDecimal, exactNumber, isNumeric, scaleOf } from '../../shared/values/decimal.ts';
import { canonicalInteger, integerNumber } from '../../shared/values/integer.ts';
import { setText, symbolsOf } from '../../shared/values/set.ts';

/** Its date type begins here, and this day stands for "no date". */
const NO_DAY = '1900-01-01';
const EMPTY_GUID = '00000000-0000-0000-0000-000000000000';

/**
 * How finance and operations writes values: text, enumerations and references are never null but empty, a missing date is the first day
 * of 1900, a day stands at noon UTC. Facts: "Open Data Protocol (OData)" of its documentation, and captured traffic.
 */
export const finopsDialect: Dialect = {
  decode: (type, json) => (json === null || json === '' ? null : decoders[type.kind](json, type)),
  encode: (type, value) => (value === null || value === '' ? empties[type.kind] : encoders[type.kind](value, type)),
};

type Decode = (json: Json, type: FieldType) => Scalar | undefined;
type Encode = (value: Scalar, type: FieldType) => Json | undefined;

// Numbers and NoYes have no empty value: zero and No are values of their own.
const empties: Readonly<Record<FieldType['kind'], string | undefined>> = {
  text: '',
  integer: undefined,
  decimal: undefined,
  date: `${NO_DAY}T12:00:00Z`,
  datetime: `${NO_DAY}T00:00:00Z`,
  yesno: undefined,
  choice: '',
  choices: '',
  json: '',
  reference: '',
};

const text = (json: Json): string | undefined => (typeof json === 'string' && isWhole(json) ? json : undefined);

const decoders: Readonly<Record<FieldType['kind'], Decode>> = {
  text,
  integer: (json) => (isNumeric(json) ? canonicalInteger(json) : undefined),
  decimal: (json, type) => (isNumeric(json) ? canonicalDecimal(json, scaleOf(type)) : undefined),
  date: (json) => (typeof json === 'string' ? dayUnlessEmpty(isDate(json) ? json : dayOf(json)) : undefined),
  datetime: (json) => (typeof json === 'string' ? dayUnlessEmpty(canonicalInstant(json)) : undefined),
  yesno: (json) => (json === 'Yes' ? true : json === 'No' ? false : undefined),
  choice: text,
  choices: (json) => (typeof json === 'string' ? choicesIn(json) : undefined),
  json: jsonIn,
  reference: (json) => (json === EMPTY_GUID ? null : text(json)),
};

const encoders: Readonly<Record<FieldType['kind'], Encode>> = {
  text: (value) => text(value),
  integer: (value) => (isNumeric(value) ? integerNumber(value) : undefined),
  decimal: (value, type) =>
    typeof value === 'string' && canonicalDecimal(value, scaleOf(type)) === value ? exactNumber(value) : undefined,
  date: (value) => (typeof value === 'string' && isDate(value) && value !== NO_DAY ? `${value}T12:00:00Z` : undefined),
  datetime: (value) => (typeof value === 'string' && canonicalInstant(value) === value && !value.startsWith(NO_DAY) ? value : undefined),
  yesno: (value) => (typeof value === 'boolean' ? (value ? 'Yes' : 'No') : undefined),
  choice: (value) => text(value),
  choices: (value) => (typeof value === 'string' ? choicesText(value) : undefined),
  // As other programs read it: the text that documents hold is JSON already.
  json: (value) => text(value),
  reference: (value) => (value === EMPTY_GUID ? undefined : text(value)),
};

function dayUnlessEmpty(value: string | undefined): string | null | undefined {
  return value?.startsWith(NO_DAY) ? null : value;
}

/** `"Summer;Winter"`, as a set. */
function choicesIn(json: string): string | null | undefined {
  const symbols = json.split(';').map((symbol) => symbol.trim());
  return isWhole(json) ? setText(symbols.filter((symbol) => symbol !== '')) : undefined;
}

function choicesText(value: string): string | undefined {
  const symbols = symbolsOf(value);
  const plain = symbols?.every((symbol) => symbol !== '' && symbol.trim() === symbol && !symbol.includes(';') && isWhole(symbol));
  return plain ? symbols?.join(';') : undefined;
}

/** A text column that holds JSON; `null` written out is empty. */
function jsonIn(json: Json): string | null | undefined {
  const read = typeof json === 'string' ? canonicalJson(json) : undefined;
  return read === 'null' ? null : read;
}
