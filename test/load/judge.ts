import { setTimeout as wait } from 'node:timers/promises';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { askList } from '../kit/town.ts';

const EVERY_MS = 2_000;
const PAGE = 500;
const RULING = { side: 'fno', by: 'Cleo', note: 'finance keeps the memo' };

export interface Judge {
  /** Judges what is left, and answers how many conflicts were given an answer. */
  end(): Promise<number>;
}

/** Somebody who answers what waits for a person: texts in which two people changed the same words. It is for finance to say. */
export function seatJudge(url: string): Judge {
  const over = new AbortController();
  let judged = 0;

  async function judge(): Promise<void> {
    for (const conflict of await askList(url, `/v1/conflicts?state=held&limit=${PAGE}`)) {
      const answer = await fetch(`${url}/v1/conflicts/${textOf(conflict, 'id')}/resolve`, {
        method: 'POST',
        headers: { ...AS_ADMIN, 'content-type': 'application/json' },
        body: JSON.stringify(RULING),
      });
      // Somebody edited it meanwhile: then it is another conflict, or none.
      if (answer.ok) judged += 1;
      else if (answer.status !== 409) throw new Error(`a ruling: ${answer.status} ${await answer.text()}`);
    }
  }

  const sitting = (async () => {
    while (!over.signal.aborted) {
      await judge();
      await wait(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    async end() {
      over.abort();
      await sitting;
      return judged;
    },
  };
}
