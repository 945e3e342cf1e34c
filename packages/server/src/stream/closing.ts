import { openBell, type Wakeable } from '@concord/core';

/** That no more is to be told: those who tell are woken, and see it. */
export interface Closing extends Wakeable {
  readonly isClosing: boolean;
  close(): void;
}

export function openClosing(): Closing {
  const bell = openBell();
  let isClosing = false;
  return {
    onRing: bell.onRing,
    close() {
      isClosing = true;
      bell.ring();
    },
    get isClosing() {
      return isClosing;
    },
  };
}
