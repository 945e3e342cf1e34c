import { ConcordError } from '@concord/core';

/** ENTITY_UNKNOWN, with those that there are. */
export function entityUnknown(entity: string, known: Iterable<string>): ConcordError {
  return new ConcordError('ENTITY_UNKNOWN', { entity, entities: [...known].join(', ') });
}
