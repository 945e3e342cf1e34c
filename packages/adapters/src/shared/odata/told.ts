import type { Json, JsonObject } from '@concord/core';
import { faultIn, textOf } from '../json/look.ts';

/** The row's version as the body tells it. */
export function etagIn(row: JsonObject): string | undefined {
  return textOf(row, '@odata.etag');
}

/**
 * The columns that were asked for, of a row that a stranger sent. A value that cannot be kept (half a character, a key `__proto__`)
 * is replaced by an object that says so: no type decodes it, so that its field is parked with these words and the rest of the row goes on.
 */
export function columnsOf(row: JsonObject, names: readonly string[]): JsonObject {
  const told: Record<string, Json> = {};
  for (const name of names) {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    // Under this name a value would become what the object inherits from.
    if (value === undefined || name === '__proto__') continue;
    told[name] = kept(value);
  }
  return told;
}

function kept(value: Json): Json {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  const fault = faultIn(value, 'it');
  return fault === undefined ? value : { unreadable: fault };
}

/** Whether a row has the value that is asked for in each of these columns. A column that was not told has none. */
export function matches(row: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([name, value]) => row[name] === value);
}
