import { brokeOf } from '@concord/core';
import closeWithGrace from 'close-with-grace';
import { failureWords } from '../failure.ts';

const STOP_MS_MAX = 10_000;

/** Resolves when the process is asked to stop and `stop` has run; a second signal does not wait. */
export function untilStopped(stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    closeWithGrace({ delay: STOP_MS_MAX, logger: false }, async ({ err }) => {
      // Nobody else tells of an error that nobody caught.
      if (err) console.error(failureWords(err, 'concord'), JSON.stringify(brokeOf(err)));
      await stop();
      resolve();
    });
  });
}
