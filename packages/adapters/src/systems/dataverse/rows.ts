import { keyOf, version } from '@concord/core';
import type { Binding, JsonObject, Row } from '@concord/core';
import { textOf } from '../../shared/json/look.ts';
import { columnsOf, etagIn } from '../../shared/odata/told.ts';

const MODIFIED_ON = 'modifiedon';
const MODIFIED_BY = '_modifiedby_value';

/** Everything that is asked for of a row, without repeats. */
export function selected(binding: Binding, id: string): readonly string[] {
  const known = lists.get(binding);
  if (known?.id === id) return known.names;
  const names = [...new Set([id, ...binding.columns, ...Object.keys(binding.where), MODIFIED_ON, MODIFIED_BY])];
  lists.set(binding, { id, names });
  return names;
}

/** Each row of a page is looked at by its list. */
const lists = new WeakMap<Binding, { readonly id: string; readonly names: readonly string[] }>();

/** A row of an answer; `undefined` when it tells no id or no version, as no row does that was asked for properly. */
export function rowIn(json: JsonObject, binding: Binding, id: string): Row | undefined {
  const key = textOf(json, id)?.toLowerCase();
  const etag = etagIn(json);
  if (key === undefined || etag === undefined) return undefined;
  const modifiedAtMs = Date.parse(textOf(json, MODIFIED_ON) ?? '');
  const by = textOf(json, MODIFIED_BY);
  return {
    key: keyOf(key),
    version: version(etag),
    columns: columnsOf(json, selected(binding, id)),
    ...(Number.isNaN(modifiedAtMs) ? {} : { modifiedAtMs }),
    ...(by === undefined ? {} : { by }),
  };
}
