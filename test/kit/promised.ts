import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '@concord/core';
import { isObject, member } from '../../packages/adapters/src/shared/json/look.ts';

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What a description promises of the answers of an API. */
export interface Promises {
  /** Every schema that stands in it, with its place, and what is wrong with it. */
  readonly unsound: readonly string[];
  /** What an answer has that was not promised, or misses. */
  misfits(method: string, path: string, answered: Answered): readonly string[];
}

export function promisesOf(description: Json): Promises {
  const ajv = new Ajv2020({ strict: true, allErrors: true, strictTuples: false, strictRequired: false });
  addFormats.default(ajv);
  const checks = new Map<string, ValidateFunction>();
  const unsound: string[] = [];
  for (const [place, schema] of schemasIn(description, '')) {
    try {
      checks.set(place, ajv.compile(schema));
    } catch (cause) {
      unsound.push(`${place}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return {
    unsound,
    misfits(method, path, { status, type, text }) {
      const at = ['paths', path.replaceAll(/:(\w+)/gu, '{$1}'), method.toLowerCase(), 'responses'];
      const responses = at.reduce<Json | undefined>((holder, name) => member(holder, name), description);
      const key = member(responses, String(status)) === undefined ? 'default' : String(status);
      const response = member(responses, key);
      if (response === undefined) return [`${status} is not declared`];
      if (key === 'default' && status < 400) return [`${status} is declared as what went wrong alone`];
      const content = member(response, 'content');
      const plain = type.split(';')[0]?.trim() ?? '';
      if (content === undefined) return text === '' ? [] : [`${status} was to have no content`];
      if (member(content, plain) === undefined) return [`${status} is not declared as "${plain}"`];
      const check = checks.get(`/${[...at, key, 'content', plain, 'schema'].join('/')}`);
      if (!check || !plain.endsWith('json')) return [];
      return check(JSON.parse(text))
        ? []
        : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
    },
  };
}

/** Wherever a description has a schema: under that name. */
function* schemasIn(holder: Json, place: string): Generator<readonly [string, JsonObject]> {
  if (Array.isArray(holder)) for (const [index, item] of holder.entries()) yield* schemasIn(item, `${place}/${index}`);
  if (!isObject(holder)) return;
  for (const [name, item] of Object.entries(holder)) {
    if (name === 'schema' && isObject(item)) yield [`${place}/schema`, item];
    else yield* schemasIn(item, `${place}/${name}`);
  }
}
