import type { Path } from './fault.ts';
import type { EntityRead } from './entity.ts';
import { checkFork } from './fork.ts';
import type { FieldRead } from './field.ts';
import { COMPANY } from './names.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import { checkSensitive } from './sensitive.ts';

/** Checks what can only be seen once every entity was read: keys, columns that fields share, and references from entity to entity. */
export function checkRelations(reading: Reading, entities: readonly EntityRead[]): void {
  // What refers to a key that is wrong itself is not complained of as well.
  const keyed = entities.filter((entity) => checkKey(reading, entity));
  for (const entity of entities) {
    checkColumns(reading, entity);
    checkSensitive(reading, entity, entities);
    for (const field of entity.fields.values()) {
      checkReference(reading, field, keyed);
      checkFork(reading, entity, field, entities);
    }
  }
}

/** The fields of a key, without the company: a system is set up for one company, so all its rows have the same. */
export function keyFields(entity: EntityRead): readonly string[] {
  return entity.key.filter((name) => name !== COMPANY);
}

/** Whether the key is right. */
function checkKey(reading: Reading, entity: EntityRead): boolean {
  const before = reading.complaints.length;
  const path = [...entity.path, 'key'];
  if (entity.key.length > 0 && keyFields(entity).length === 0) {
    reading.wrong(path, 'A key of the company alone matches every row with every other.', 'Add the field that names a row.');
  }
  const seen = new Set<string>();
  for (const [index, name] of entity.key.entries()) {
    if (name !== COMPANY) checkKeyField(reading, entity, name, [...path, index]);
    if (seen.has(name)) reading.wrong([...path, index], `"${name}" is in the key twice.`, 'Keep one of the two.');
    seen.add(name);
  }
  return reading.complaints.length === before;
}

function checkKeyField(reading: Reading, entity: EntityRead, name: string, path: Path): void {
  if (!entity.names.includes(name)) return reading.wrong(path, `There is no field "${name}".`, suggest(name, [COMPANY, ...entity.names]));
  const group = entity.groups.find(({ fields }) => fields.includes(name));
  if (group)
    reading.wrong(path, `The field "${name}" is in the group "${group.name}", and cannot be in the key.`, 'Take it out of the group.');
  const field = entity.fields.get(name);
  if (!field) return undefined;
  for (const system of Object.keys(entity.sides)) {
    const side = field.sides[system];
    if (side && side.only !== 'write') continue;
    reading.wrong(
      path,
      `The field "${name}" is in the key, but is not read in ${system}.`,
      `Rows of ${system} could not be matched: map it there.`,
    );
  }
  return undefined;
}

/** Two fields that write one column would undo each other for ever. */
function checkColumns(reading: Reading, entity: EntityRead): void {
  const writers = new Map<string, string>();
  for (const field of entity.fields.values()) {
    for (const [system, side] of Object.entries(field.sides)) {
      if (side.only === 'read') continue;
      const column = side.write ?? side.column;
      const other = writers.get(`${system} ${column}`);
      if (other === undefined) writers.set(`${system} ${column}`, field.name);
      else
        reading.wrong(
          [...field.path, system],
          `The field "${other}" writes the column "${column}" of ${system} too.`,
          'Let one of them be "only: read".',
        );
    }
  }
}

/** `by` names what the other entity's rows are found by: that must be its whole key. */
function checkReference(reading: Reading, field: FieldRead, entities: readonly EntityRead[]): void {
  const { type } = field;
  const target = type.kind === 'reference' && entities.find(({ name }) => name === type.entity);
  if (!target) return;
  for (const [system, side] of Object.entries(field.sides)) {
    const [key, ...more] = keyFields(target);
    if (side.by === undefined || (side.by === key && more.length === 0)) continue;
    const path = [...field.path, system, 'by'];
    if (!target.names.includes(side.by)) reading.wrong(path, `"${target.name}" has no field "${side.by}".`, suggest(side.by, target.names));
    else
      reading.wrong(
        path,
        `"${side.by}" is not the key of "${target.name}".`,
        `Refer by its key, which is [${target.key.join(', ')}]; a key of several fields cannot be referred to.`,
      );
  }
}
