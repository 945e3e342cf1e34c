/**
 * The hashes and operations that a text tells of: each is written once, and told by its place everywhere else. They are most of what a record
 * would repeat, and they are long.
 */
export type Names = string[];

/** So far back a name is looked for: one that is further back is written again. What is repeated is mostly repeated at once. */
const LOOK_BACK = 8;

/** The place of a name, which is added where it is not among the latest. */
export function placeOf(names: Names, name: string): number {
  const last = names.length - 1;
  for (let at = last; at >= 0 && at > last - LOOK_BACK; at -= 1) if (names[at] === name) return at;
  return names.push(name) - 1;
}

/** The JSON of the places of some names, each behind a comma. */
export function placesText(names: Names, some: readonly string[]): string {
  let text = '';
  for (const name of some) text += `,${placeOf(names, name)}`;
  return text;
}

/** The JSON of all of them: they need no escapes. */
export function namesText(names: Names): string {
  return names.length === 0 ? '[]' : `["${names.join('","')}"]`;
}
