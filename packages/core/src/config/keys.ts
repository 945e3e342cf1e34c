import type { z } from 'zod';
import type { KeyMap, UniqueMap } from '../map/table.ts';
import type { EntityFields } from './entity.ts';
import type { Path } from './fault.ts';
import { COMPANY } from './names.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import type { entityShape, keyShape, uniqueShape } from './shapes.ts';

type Words = Pick<z.output<typeof entityShape>, 'match' | 'review' | 'unique' | 'seed'>;

/** The keys of an entity beside its natural one. */
export interface KeysRead {
  readonly match: readonly KeyMap[];
  readonly review: readonly KeyMap[];
  readonly unique: readonly UniqueMap[];
}

export function readKeys(reading: Reading, words: Words, entity: EntityFields): KeysRead {
  const read = (name: 'match' | 'review') =>
    words[name].flatMap((key, index) => readKey(reading, key, entity, [...entity.path, name, index]) ?? []);
  const unique = words.unique.flatMap((key, index) => {
    const map = readKey(reading, key, entity, [...entity.path, 'unique', index]);
    return map ? [{ ...map, onViolation: violationOf(key) }] : [];
  });
  checkSeed(reading, words.seed, entity);
  return { match: read('match'), review: read('review'), unique };
}

function violationOf(key: z.output<typeof uniqueShape>): UniqueMap['onViolation'] {
  return 'onViolation' in key ? (key.onViolation ?? 'first-keeps') : 'first-keeps';
}

/** `undefined` after a complaint. All rows of a system are of one company, which therefore tells nothing. */
function readKey(reading: Reading, key: z.output<typeof keyShape>, entity: EntityFields, path: Path): KeyMap | undefined {
  const options = 'fields' in key ? key : { fields: key };
  const at = 'fields' in key ? [...path, 'fields'] : path;
  const before = reading.complaints.length;
  const fields = options.fields.filter((name) => name !== COMPANY);
  if (fields.length === 0)
    reading.wrong(at, 'A key of the company alone matches every record with every other.', 'Add the field that names one.');
  const seen = new Set<string>();
  for (const [index, name] of options.fields.entries()) {
    if (name !== COMPANY) checkField(reading, name, entity, [...at, index]);
    if (seen.has(name)) reading.wrong([...at, index], `"${name}" is in the key twice.`, 'Keep one of the two.');
    seen.add(name);
  }
  const { trim = true, case: folded = true, nfc = true, digits = false } = options;
  return reading.complaints.length > before ? undefined : { fields, trim, case: folded, nfc, digits };
}

function checkField(reading: Reading, name: string, { fields, names, sides }: EntityFields, path: Path): void {
  if (!names.includes(name)) return reading.wrong(path, `There is no field "${name}".`, suggest(name, [COMPANY, ...names]));
  const field = fields.get(name);
  if (field && Object.keys(sides).every((system) => field.sides[system] === undefined || field.sides[system].only === 'write'))
    reading.wrong(path, `No system is read for the field "${name}".`, 'Let a key ask for fields that are read.');
  return undefined;
}

function checkSeed(reading: Reading, seed: string | undefined, { sides, path }: EntityFields): void {
  if (seed === undefined || sides[seed] !== undefined) return;
  reading.wrong([...path, 'seed'], `The entity is not in "${seed}".`, suggest(seed, Object.keys(sides)));
}
