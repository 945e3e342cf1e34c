import { members } from '../policy/set.ts';
import type { Scalar } from '../values.ts';
import type { FieldType } from './type.ts';

const INT_MAX = 2 ** 31 - 1;

/** Whether a value from outside is written as documents hold values of that type. `null` is, for every type. */
export function isCanonical(type: FieldType, value: unknown): value is Scalar {
  if (value === null) return true;
  switch (type.kind) {
    case 'yesno':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' ? Number.isInteger(value) && Math.abs(value) <= INT_MAX : isText(value) && /^-?[1-9]\d{9,}$/.test(value);
    case 'decimal':
      return isText(value) && isDecimal(value, type.scale);
    case 'date':
      return isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && isInstant(value);
    case 'datetime':
      return isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && isInstant(value);
    case 'choices':
      return isText(value) && isSet(value);
    case 'text':
    case 'choice':
    case 'reference':
      return isText(value);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(value);
}

function isDecimal(value: string, scale: number): boolean {
  const [, fraction = ''] = value.split('.');
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && fraction.length === scale;
}

function isInstant(value: string): boolean {
  return !Number.isNaN(Date.parse(value));
}

function isSet(value: string): boolean {
  const items = members(value);
  return items !== undefined && items.size > 0 && JSON.stringify([...items].toSorted()) === value;
}
