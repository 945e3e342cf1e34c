import type { EntityName, Key, SystemId } from '../ids.ts';

/**
 * Rows that a system said were gone before anybody knew of them, while rows were being made there: one that we made may be among them, and
 * its answer be slower than the news of its end.
 */
export interface Births {
  /** A row is being made; call what is answered once its own answer was taken. */
  begin(system: SystemId): () => void;
  /** A row that leads to no record is gone. */
  gone(system: SystemId, entity: EntityName, key: Key): void;
  wasGone(system: SystemId, entity: EntityName, key: Key): boolean;
}

export function openBirths(): Births {
  const underWay = new Map<SystemId, { count: number; readonly gone: Set<string> }>();
  return {
    begin(system) {
      const births = underWay.get(system) ?? { count: 0, gone: new Set() };
      births.count += 1;
      underWay.set(system, births);
      return () => {
        births.count -= 1;
        if (births.count === 0) underWay.delete(system);
      };
    },
    gone: (system, entity, key) => void underWay.get(system)?.gone.add(`${entity} ${key}`),
    wasGone: (system, entity, key) => underWay.get(system)?.gone.has(`${entity} ${key}`) ?? false,
  };
}
