import { ConcordError } from '@concord/core';

/** A history is told short at the most once in a pass: the second time it is read as it is. */
const TRIES_MAX = 3;

/** Reads something that is put together from pages of a history, again where that was told short meanwhile. */
export async function steadily<Answer>(read: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (cause) {
      if (!(cause instanceof ConcordError && cause.code === 'HISTORY_MOVED') || tries >= TRIES_MAX) throw cause;
    }
  }
}
