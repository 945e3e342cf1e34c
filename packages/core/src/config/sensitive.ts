import type { EntityRead } from './entity.ts';
import type { FieldRead } from './field.ts';
import type { Reading } from './reading.ts';

/** Rows are named by their keys wherever they are told: what is part of a name cannot be hidden. */
export function checkSensitive(reading: Reading, entity: EntityRead, entities: readonly EntityRead[]): void {
  for (const field of entity.fields.values()) {
    const why = field.sensitive && namedBy(entity, field, entities);
    if (why === undefined) continue;
    reading.wrong(
      [...field.path, 'sensitive'],
      `The field "${field.name}" ${why}, and keys are told to everybody.`,
      'Leave "sensitive" out.',
      'key',
    );
  }
}

function namedBy(entity: EntityRead, { name, sides }: FieldRead, entities: readonly EntityRead[]): string | undefined {
  if (entity.key.includes(name)) return 'is in the key';
  const keys = Object.entries(entity.sides).flatMap(([system, { id = [] }]) =>
    [id].flat().includes(sides[system]?.column ?? '') ? [system] : [],
  );
  if (keys.length > 0) return `is part of the row's key in ${keys.join(' and ')}`;
  const referring = entities.find((other) =>
    [...other.fields.values()].some(
      ({ type, sides: columns }) =>
        type.kind === 'reference' && type.entity === entity.name && Object.values(columns).some(({ by }) => by === name),
    ),
  );
  return referring && `is what ${referring.name} refers to it by`;
}
