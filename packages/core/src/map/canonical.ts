import { canonicalJson } from '../policy/json-text.ts';
import { members } from '../policy/set.ts';
import { fitsInt32, type Scalar } from '../values.ts';
import type { FieldType } from './type.ts';

/** Whether a value from outside is written as documents hold values of that type. `null` is, for every type. */
export function isCanonical(type: FieldType, value: unknown): value is Scalar {
  if (value === null) return true;
  switch (type.kind) {
    case 'yesno':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' ? fitsInt32(value) : isText(value) && isLargeInteger(value);
    case 'decimal':
      return isText(value) && isDecimal(value, type.scale);
    case 'date':
      return isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && isInstant(`${value}T00:00:00Z`);
    case 'datetime':
      return isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && isInstant(value);
    case 'choices':
      return isText(value) && isSet(value);
    case 'json':
      return isText(value) && value !== 'null' && canonicalJson(value) === value;
    case 'text':
    case 'choice':
    case 'reference':
      return isText(value);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(value);
}

// One value, one text: what fits 32 bits is a number.
function isLargeInteger(value: string): boolean {
  return /^-?[1-9]\d{9,}$/.test(value) && !fitsInt32(Number(value));
}

function isDecimal(value: string, scale: number): boolean {
  const [, fraction = ''] = value.split('.');
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && fraction.length === scale && !/^-[0.]+$/.test(value);
}

/** The parser moves the 31st of February into March, and midnight at the end of a day into the next. */
function isInstant(value: string): boolean {
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === value.slice(0, 19);
}

function isSet(value: string): boolean {
  const items = members(value);
  return items !== undefined && items.size > 0 && JSON.stringify([...items].toSorted()) === value;
}
