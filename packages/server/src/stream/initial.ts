import { entityName, type Clock } from '@concord/core';
import { tellInitial, type InitialRooms, type InitialTold } from '../views/initial-write.ts';

/** However many readers there are and however much is written, it is looked at so often. */
const LOOK_EVERY_MS = 1_000;

/** How far initial writes are, for all readers of the stream together. */
export interface InitialProgress {
  /** Of these entities, or of all, those that wait for a start by their configuration. */
  told(entities: ReadonlySet<string> | undefined): Promise<readonly InitialTold[]>;
}

interface Looked {
  readonly atMs: number;
  readonly told: InitialTold;
}

export function openInitialProgress(rooms: InitialRooms, clock: Clock): InitialProgress {
  const looked = new Map<string, Looked>();
  const waiting = [...rooms.tables.values()].flatMap(({ map }) => (map.initial === 'wait' ? [map.entity] : []));

  async function look(entity: string): Promise<InitialTold | undefined> {
    const before = looked.get(entity);
    const atMs = clock.nowMs();
    if (before && atMs - before.atMs < LOOK_EVERY_MS) return before.told;
    // Who asks meanwhile is told what was told before.
    if (before) looked.set(entity, { ...before, atMs });
    const now = await tellInitial(rooms, entityName(entity));
    const told = before && now && isOver(before.told, now) ? before.told : now;
    if (told) looked.set(entity, { atMs, told });
    return told;
  }

  return {
    async told(entities) {
      const found: InitialTold[] = [];
      for (const entity of waiting) {
        const told = (entities?.has(entity) ?? true) ? await look(entity) : undefined;
        if (told) found.push(told);
      }
      return found;
    },
  };
}

/** Once all is written, what is written later is no part of it; that what failed is tried again is. */
function isOver(before: InitialTold, now: InitialTold): boolean {
  return before.state === 'done' && before.errors === now.errors;
}
