import type { Json, JsonObject } from '@concord/core';

/** Whether a parsed value is JSON all through. Only for parsed text, whose depth was checked before: it follows the nesting. */
export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

/** A member of an object, by its own name only: what an object inherits is nobody's answer. */
export function member(json: Json | undefined, name: string): Json | undefined {
  return isObject(json) && Object.hasOwn(json, name) ? json[name] : undefined;
}

/** A member that is text. */
export function textOf(json: Json | undefined, name: string): string | undefined {
  const found = member(json, name);
  return typeof found === 'string' ? found : undefined;
}

/** A member that is a list of objects; whatever else is in it is left out. */
export function objectsOf(json: Json | undefined, name: string): readonly JsonObject[] {
  const found = member(json, name);
  return isList(found) ? found.filter(isObject) : [];
}

/**
 * What makes a row unfit to be kept, in words, or `undefined`: a key named `__proto__`, or text with half a surrogate pair,
 * which a document would store as another text than it was given.
 */
export function faultIn(json: Json, path = ''): string | undefined {
  if (typeof json === 'string') return LONE_SURROGATE.test(json) ? `${path} holds half a character (a lone surrogate)` : undefined;
  if (isList(json)) return first(json.map((item, index) => [`${path}[${index}]`, item] as const));
  if (!isObject(json)) return undefined;
  if (Object.hasOwn(json, '__proto__')) return `${path} holds a key named __proto__`;
  return first(Object.entries(json).map(([name, item]) => [path === '' ? name : `${path}.${name}`, item] as const));
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether text is whole: no half of a surrogate pair. */
export function isWhole(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

function first(items: readonly (readonly [string, Json])[]): string | undefined {
  for (const [path, item] of items) {
    const fault = faultIn(item, path);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
