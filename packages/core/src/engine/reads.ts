/** So many records' last touches are remembered before those that no read under way can precede are forgotten. */
const TOUCHES_MAX = 20_000;

/**
 * Tells stale reads: a read that began before a record was last written, or before another read of it was taken, may show an older row
 * than is known, which would look like somebody taking an edit back. Of two reads that overlap, nobody knows which one saw more.
 */
export interface Reads {
  begin(): number;
  end(began: number): void;
  /** What is known of the record is as new as a read that begins now. */
  touch(record: string): void;
  isStale(record: string, began: number): boolean;
  /** How many reads have begun and not ended. */
  readonly underWay: number;
}

export function openReads(): Reads {
  let tick = 0;
  const underWay = new Map<number, number>();
  const touches = new Map<string, number>();

  function forget(): void {
    const oldest = Math.min(tick, ...underWay.keys());
    for (const [record, at] of touches) if (at < oldest) touches.delete(record);
  }

  return {
    begin() {
      tick += 1;
      underWay.set(tick, tick);
      return tick;
    },
    end(began) {
      underWay.delete(began);
      if (touches.size > TOUCHES_MAX) forget();
    },
    touch(record) {
      tick += 1;
      touches.set(record, tick);
    },
    get underWay() {
      return underWay.size;
    },
    isStale(record, began) {
      return began < (touches.get(record) ?? 0);
    },
  };
}
