import type { Clock } from '@concord/core';
import type { Dice } from './dice.ts';
import type { Life, Timeline } from './timeline.ts';

/** The engine's clock on a timeline. Whoever is woken goes on a little later: who is first, chance decides. */
export function clockOn(timeline: Timeline, life: Life, dice: Dice): Clock {
  let turns = 0;
  const soon = (task: () => void): void => timeline.at(timeline.now + dice('turn', (turns += 1)) * 0.5, task, life);
  return {
    nowMs: () => Math.floor(timeline.now),
    turn: () => new Promise((resolve) => soon(resolve)),
    sleep: (ms, wakers) =>
      new Promise((resolve) => {
        let isAwake = false;
        const leave: (() => void)[] = [];
        const wake = (): void => {
          if (isAwake) return;
          isAwake = true;
          for (const unsubscribe of leave) unsubscribe();
          soon(resolve);
        };
        leave.push(...wakers.map((waker) => waker.onRing(wake)));
        timeline.at(timeline.now + ms, wake, life);
      }),
  };
}
