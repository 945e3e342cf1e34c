import type { z } from 'zod';
import { systemId } from '../ids.ts';
import { isCanonical } from '../map/canonical.ts';
import type { DeletePolicy } from '../map/table.ts';
import type { Path } from './fault.ts';
import type { FieldRead } from './field.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import type { deleteShape } from './shapes.ts';

/** What there is for a rule of deletions to name. */
export interface Around {
  readonly systems: readonly string[];
  /** Of all fields, also of those that could not be read. */
  readonly names: readonly string[];
  readonly fields: ReadonlyMap<string, Field>;
  readonly groups: readonly { readonly name: string; readonly fields: readonly string[] }[];
}

type Field = Pick<FieldRead, 'name' | 'type' | 'symbols' | 'derived'> & { readonly sides: Readonly<Record<string, unknown>> };

/** What becomes of a record that one system deletes. After a complaint: what is done by default. */
export function readDelete(reading: Reading, words: z.output<typeof deleteShape>, around: Around, path: Path): DeletePolicy {
  if (typeof words === 'string') return words;
  if ('owner' in words) return readOwner(reading, words.owner, around, [...path, 'owner']);
  const [[field, value] = [], ...more] = Object.entries(words.soft);
  if (field === undefined || value === undefined || more.length > 0) {
    reading.wrong([...path, 'soft'], 'A deletion becomes the value of one field.', 'Write soft: { status: Canceled }.');
    return 'update-wins';
  }
  checkSoft(reading, field, value, around, [...path, 'soft', field]);
  return { soft: { field, value } };
}

function readOwner(reading: Reading, owner: string, { systems }: Around, path: Path): DeletePolicy {
  if (!systems.includes(owner)) reading.wrong(path, `The entity is not in "${owner}".`, suggest(owner, systems));
  return { owner: systemId(owner) };
}

function checkSoft(reading: Reading, name: string, value: unknown, { fields, names, groups, systems }: Around, path: Path): void {
  if (!names.includes(name)) return reading.wrong(path, `There is no field "${name}".`, suggest(name, names), 'key');
  const field = fields.get(name);
  if (!field) return undefined;
  const group = groups.find((other) => other.fields.includes(name));
  if (group) reading.wrong(path, `"${name}" is in the group "${group.name}".`, 'Name a field that is in none.', 'key');
  if (field.derived !== undefined) reading.wrong(path, `"${name}" is computed.`, 'Name a field that is edited.', 'key');
  const blind = systems.find((system) => field.sides[system] === undefined);
  if (blind !== undefined) reading.wrong(path, `"${name}" is not in ${blind}.`, 'Name a field that every system has.', 'key');
  checkValue(reading, field, value, path);
}

function checkValue(reading: Reading, { name, type, symbols }: Field, value: unknown, path: Path): void {
  if (symbols && !symbols.includes(String(value)))
    reading.wrong(path, `"${name}" is never ${String(value)}.`, suggest(String(value), symbols));
  else if (!isCanonical(type, value))
    reading.wrong(path, `That is no ${type.kind}, which "${name}" is.`, "Write it as the API tells the field's values.");
}
