import type { Wakeable } from '../ports/surroundings.ts';

/** Something that happens again and again, and that a sleeper can be woken by. */
export interface Bell extends Wakeable {
  ring(): void;
  /** Whether it rang since the last `take`. */
  take(): boolean;
}

export function openBell(): Bell {
  const listeners = new Set<() => void>();
  let rung = false;
  return {
    ring() {
      rung = true;
      for (const listener of listeners) listener();
    },
    take() {
      const was = rung;
      rung = false;
      return was;
    },
    onRing(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
