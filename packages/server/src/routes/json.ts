import type { Json } from '@concord/core';

/** A parsed body, under the type that JSON has. Fastify has refused `__proto__` and anything that is not JSON before. */
export function jsonOf(body: unknown): Json {
  return isJson(body) ? body : null;
}

const DEPTH_MAX = 32;

function isJson(value: unknown, depth = 0): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || depth > DEPTH_MAX) return false;
  return Object.values(value).every((item) => isJson(item, depth + 1));
}
