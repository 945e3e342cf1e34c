import { ConcordError } from '@concord/core';
import type { Caller } from '../access/roles.ts';

/** Somebody who follows the stream. */
interface Reader {
  readonly key: string;
  readonly isAdmin: boolean;
  /** Called where the place goes to somebody else. */
  readonly giveWay: () => void;
}

/** The places that there are for readers of the stream. */
export interface Slots {
  /**
   * Takes a place; answers how to give it back, which may be done more than once. A key has its share; an admin always gets in, in the place of
   * whoever came first of the key that has most, of other admins' keys only where there is no other. Throws STREAM_FULL.
   */
  take(caller: Pick<Caller, 'id' | 'role'>, giveWay: () => void): () => void;
  readonly taken: number;
}

export function openSlots(max: number, share: number): Slots {
  /** In the order in which they came. */
  const readers = new Set<Reader>();
  const of = (key: string): readonly Reader[] => [...readers].filter((reader) => reader.key === key);

  function makeRoom(key: string): void {
    const own = of(key);
    const others = [...readers].filter(({ isAdmin }) => !isAdmin);
    const keys = new Set((others.length > 0 ? others : [...readers]).map((reader) => reader.key));
    const [most] = [...keys].map(of).toSorted((one, other) => other.length - one.length);
    const [first] = own.length >= share ? own : (most ?? []);
    if (!first) return;
    readers.delete(first);
    first.giveWay();
  }

  return {
    take({ id: key, role }, giveWay) {
      const isShareTaken = of(key).length >= share;
      if (isShareTaken || readers.size >= max) {
        if (role !== 'admin')
          throw new ConcordError('STREAM_FULL', isShareTaken ? { max: share, who: ' with this key' } : { max, who: '' });
        makeRoom(key);
      }
      const reader = { key, isAdmin: role === 'admin', giveWay };
      readers.add(reader);
      return () => void readers.delete(reader);
    },
    get taken() {
      return readers.size;
    },
  };
}
