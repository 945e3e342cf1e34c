import type { Json } from '@concord/core';

/** A value as `$filter` and key predicates write it: text in quotes with inner quotes doubled, numbers and booleans as they are. */
export function literal(value: Json): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return typeof value === 'object' ? 'null' : String(value);
}

/** A key predicate such as `dataAreaId='abct',CustomerAccount='C-0001'`, fit to stand in a path. */
export function pathPredicate(predicate: string): string {
  return encoded(predicate).replaceAll('%3D', '=').replaceAll('%2C', ',');
}

/** A query string; values are encoded, names and the `$` of their beginning stay readable. */
export function query(options: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encoded(value)}`]));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Half a character has no place in an address: it stands there as the sign for one that cannot be told, and leads to nothing. */
function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\uFFFD'));
}
