import { keyOf, version } from '@concord/core';
import type { Binding, JsonObject, Row } from '@concord/core';
import { textOf } from '../../shared/json/look.ts';
import { columnsOf, etagIn } from '../../shared/odata/told.ts';
import { predicateOf } from './place.ts';
import type { Place } from './place.ts';
import { wordsOf } from './options.ts';

/** When a row was last changed; few entities show it. */
export const MODIFIED_AT = 'ModifiedDateTime';

/** Everything that is asked for of a row, without repeats. */
export function selected({ binding, table }: Place): readonly string[] {
  const known = lists.get(binding);
  if (known?.keys === table.keys) return known.names;
  const names = [...new Set([...table.keys, ...binding.columns, ...Object.keys(binding.where), ...stampOf(binding)])];
  lists.set(binding, { keys: table.keys, names });
  return names;
}

/** Each row of a page is looked at by its list. */
const lists = new WeakMap<Binding, { readonly keys: readonly string[]; readonly names: readonly string[] }>();

/** What is asked for to see that a row is there, in which version, and whether it is mirrored. */
export function glimpsed({ binding, table }: Place): readonly string[] {
  return [...new Set([...table.keys, ...Object.keys(binding.where)])];
}

function stampOf(binding: Binding): readonly string[] {
  const words = wordsOf(binding);
  return 'feed' in words && words.feed === 'modified' ? [MODIFIED_AT] : [];
}

/** A row of an answer; `undefined` when it tells no key or no version, as no row does that was asked for properly. */
export function rowIn(json: JsonObject, place: Place): Row | undefined {
  const predicate = predicateOf(place.table.keys, json);
  const etag = etagIn(json);
  if (predicate === undefined || etag === undefined) return undefined;
  const modifiedAtMs = Date.parse(textOf(json, MODIFIED_AT) ?? '');
  return {
    key: keyOf(predicate),
    version: version(etag),
    columns: columnsOf(json, selected(place)),
    ...(Number.isNaN(modifiedAtMs) ? {} : { modifiedAtMs }),
  };
}
