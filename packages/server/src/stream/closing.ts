import type { Wakeable } from '@concord/core';

/** That no more is to be told: those who tell are woken, and see it. */
export interface Closing extends Wakeable {
  readonly isClosing: boolean;
  close(): void;
}

export function openClosing(): Closing {
  const listeners = new Set<() => void>();
  let isClosing = false;
  return {
    onRing(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      isClosing = true;
      for (const listener of listeners) listener();
    },
    get isClosing() {
      return isClosing;
    },
  };
}
