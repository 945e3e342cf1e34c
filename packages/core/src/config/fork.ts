import { RECORD_ID_CHARS } from '../ids.ts';
import { forkOf } from '../policy/fork.ts';
import type { EntityRead } from './entity.ts';
import type { Path } from './fault.ts';
import type { FieldRead } from './field.ts';
import { suggest } from './near.ts';
import { policyOf } from './policy.ts';
import type { Reading } from './reading.ts';
import { keyFields } from './relations.ts';

/** A losing value becomes a record of another entity: that must have a field for it, a way back, and a key that can be made up. */
export function checkFork(reading: Reading, entity: EntityRead, field: FieldRead, entities: readonly EntityRead[]): void {
  const words = forkOf(policyOf(field.policy));
  if (!words) return;
  const path = [...field.path, 'policy', 'fork'];
  const into = entities.find(({ name }) => name === words.into);
  if (!into) {
    const names = entities.map(({ name }) => name);
    return reading.wrong([...path, 'into'], `There is no entity "${words.into}".`, suggest(words.into, names));
  }
  const [value, link] = [
    plainField(reading, into, words.field, [...path, 'field']),
    plainField(reading, into, words.link, [...path, 'link']),
  ];
  if (value && value.type.kind !== field.type.kind)
    reading.wrong(
      [...path, 'field'],
      `"${words.field}" of "${into.name}" is of type ${value.type.kind}, and cannot take a ${field.type.kind}.`,
      'Give both fields one type.',
    );
  if (link && (link.type.kind !== 'reference' || link.type.entity !== entity.name))
    reading.wrong(
      [...path, 'link'],
      `"${words.link}" of "${into.name}" does not refer to "${entity.name}".`,
      `Let it be of type { reference: ${entity.name} }.`,
    );
  checkKey(reading, into, [...path, 'into']);
}

function plainField(reading: Reading, into: EntityRead, name: string, path: Path): FieldRead | undefined {
  if (!into.names.includes(name)) reading.wrong(path, `"${into.name}" has no field "${name}".`, suggest(name, into.names));
  const group = into.groups.find(({ fields }) => fields.includes(name));
  if (group) reading.wrong(path, `The field "${name}" is in the group "${group.name}".`, 'Name a field of its own.');
  return group ? undefined : into.fields.get(name);
}

/** Nobody else gives the new record a name. */
function checkKey(reading: Reading, into: EntityRead, path: Path): void {
  const [key, ...more] = keyFields(into);
  if (key === undefined) return;
  const field = into.fields.get(key);
  const sides = Object.values(field?.sides ?? {});
  const fits = sides.every(({ maxLength }) => maxLength === undefined || maxLength >= RECORD_ID_CHARS);
  if (more.length === 0 && fits && (!field || field.type.kind === 'text')) return;
  reading.wrong(
    path,
    `A record of "${into.name}" cannot be made by itself: its key is [${into.key.join(', ')}].`,
    `Let its key be one text of ${RECORD_ID_CHARS} characters or more, or leave the key out.`,
  );
}
