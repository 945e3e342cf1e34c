import type { FieldType } from '../map/type.ts';
import { fitsInt32, type Scalar } from '../values.ts';
import { amountOf, fromWhole, type Amount } from './amount.ts';
import type { Evaluated } from './expression.ts';
import { DECIMAL, fault, INTEGER, isAmount, isEmpty, isFault, isList, TEXT, TEXTS, YESNO, type Held, type Type } from './value.ts';

/** What a field's values are while they are computed: dates are their text, which stands in the order of time. */
export function typeOf(type: FieldType): Type {
  switch (type.kind) {
    case 'integer':
      return INTEGER;
    case 'decimal':
      return DECIMAL;
    case 'yesno':
      return YESNO;
    case 'choices':
      return TEXTS;
    default:
      return TEXT;
  }
}

/** A document's value, as it is computed with. A value of another type than its field is a fault. */
export function fromField(name: string, type: FieldType, value: Scalar | undefined): Held {
  if (type.kind === 'choices') return value === null || value === undefined ? [] : (setOf(value) ?? misfit(name, type, value));
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'yesno':
      return typeof value === 'boolean' ? value : misfit(name, type, value);
    case 'integer':
      return wholeOf(value) ?? misfit(name, type, value);
    case 'decimal': {
      const amount = typeof value === 'string' ? amountOf(value) : misfit(name, type, value);
      return isFault(amount) ? misfit(name, type, value) : amount;
    }
    default:
      return typeof value === 'string' ? value : misfit(name, type, value);
  }
}

function misfit(name: string, type: FieldType, value: Scalar): Held {
  return fault(`${name} holds ${JSON.stringify(value).slice(0, EXCERPT_CHARS_MAX)}, which is no ${type.kind}`);
}

const EXCERPT_CHARS_MAX = 40;
const WHOLE_CHARS_MAX = 81;

function wholeOf(value: Scalar): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && value.length <= WHOLE_CHARS_MAX && /^-?\d+$/u.test(value) ? BigInt(value) : undefined;
}

function setOf(value: Scalar): readonly string[] | undefined {
  if (typeof value !== 'string' || !value.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** What was computed, as documents hold values of the type. */
export function toField(type: FieldType, value: Held): Evaluated {
  if (isFault(value)) return { kind: 'fault', words: value.fault };
  if (isEmpty(value)) return { kind: 'value', value: null };
  const scalar = scalarOf(type, value);
  return typeof scalar === 'object' ? { kind: 'fault', words: scalar.fault } : { kind: 'value', value: scalar };
}

type Written = Exclude<Scalar, null> | { readonly fault: string };

function scalarOf(type: FieldType, value: Held): Written {
  switch (type.kind) {
    case 'yesno':
      return value === true;
    case 'integer':
      return typeof value === 'bigint' ? (fitsInt32(Number(value)) ? Number(value) : value.toString()) : fault('the result is no integer');
    case 'decimal':
      return decimalOf(type.scale, value);
    case 'choices':
      return isList(value) && value.every((item) => typeof item === 'string') ? writeSet(value) : fault('a set has no empty member');
    case 'date':
      return isDay(value) ? value : fault(`"${short(value)}" is no date: write it as 2024-05-01`);
    case 'datetime':
      return isInstant(value) ? value : fault(`"${short(value)}" is no datetime: write it as 2024-05-01T08:31:02Z`);
    default:
      return typeof value === 'string' && isWellFormed(value) ? value : fault('the result is no whole text');
  }
}

function decimalOf(scale: number, value: Held): Written {
  const amount: Amount | undefined = typeof value === 'bigint' ? fromWhole(value) : isAmount(value) ? value : undefined;
  if (!amount) return fault('the result is no number');
  if (amount.decimalPlaces() <= scale) return amount.isZero() ? (0).toFixed(scale) : amount.toFixed(scale);
  return fault(
    `${short(amount.toFixed())} has more than ${scale} digits behind the point: round(x, ${scale}, 'half_even') says how to round`,
  );
}

function writeSet(items: readonly string[]): Written {
  return items.every(isWellFormed) ? JSON.stringify([...new Set(items)].toSorted()) : fault('the result is no whole text');
}

/** Half a character cannot be kept in a document. */
function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}

function isDay(value: Held): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/u.test(value) && isOnCalendar(`${value}T00:00:00Z`);
}

function isInstant(value: Held): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u.test(value) && isOnCalendar(value);
}

/** The parser moves the 31st of February into March. */
function isOnCalendar(instant: string): boolean {
  const ms = Date.parse(instant);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(instant.slice(0, 19));
}

function short(value: Held): string {
  const text = typeof value === 'string' ? value : 'something else';
  return text.length > EXCERPT_CHARS_MAX ? `${text.slice(0, EXCERPT_CHARS_MAX)}…` : text;
}
