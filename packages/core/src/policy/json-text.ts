import type { Json, JsonObject } from '../values.ts';
import { Exact } from './order.ts';

/** Longer texts, and deeper ones, are not read as JSON. */
export const JSON_CHARS_MAX = 262_144;
const JSON_DEPTH_MAX = 32;

/** One JSON value, one text: no blanks, the members of objects in the order of their names by code unit. */
export function jsonText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
}

/** What a text says; `undefined` when it is no JSON, too large, or has a number that would not come out as it went in. */
export function readJson(text: string): Json | undefined {
  if (text.length > JSON_CHARS_MAX || !numbersIn(text).every(isKept)) return undefined;
  try {
    const json: Json = JSON.parse(text);
    return isFit(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The same as one text; `undefined` as above. */
export function canonicalJson(text: string): string | undefined {
  const json = readJson(text);
  return json === undefined ? undefined : jsonText(json);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Everything outside the quotes that looks like a number. */
function numbersIn(text: string): readonly string[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gsu)]
    .map(([part]) => part)
    .filter((part) => !part.startsWith('"'));
}

/** No digit may be lost: JavaScript would round 0.1234567890123456789 without a word. */
function isKept(digits: string): boolean {
  const read = Number(digits);
  const DIGITS_MAX = 400;
  return Number.isFinite(read) && digits.length <= DIGITS_MAX && new Exact(digits).equals(new Exact(String(read)));
}

/** Not nested too deep, and without half characters, which no document keeps. Level by level, so that no depth can exhaust it. */
function isFit(json: Json): boolean {
  let level: readonly Json[] = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > JSON_DEPTH_MAX || level.some(isBroken)) return false;
    level = level.flatMap((item) => (isList(item) ? item : isObject(item) ? [...Object.keys(item), ...Object.values(item)] : []));
  }
  return true;
}

function isBroken(item: Json): boolean {
  return typeof item === 'string' && /\p{Surrogate}/u.test(item);
}
