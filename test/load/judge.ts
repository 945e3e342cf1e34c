import { setTimeout as wait } from 'node:timers/promises';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { askList } from '../kit/town.ts';

const EVERY_MS = 2_000;
const PAGE = 500;
const RULED = 200;
const CLOSED = 409;
const NO_SUCH_SIDE = 422;

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
      const id = textOf(conflict, 'id') ?? '';
      let status = await rule(id, 'fno');
      // A person ruled it before, and somebody edited it since: finance is no side of it then.
      if (status === NO_SUCH_SIDE) status = await rule(id, 'person');
      // Somebody edited it meanwhile: then it is another conflict, or none.
      if (status !== CLOSED && status !== RULED) throw new Error(`a ruling of ${id}: ${status}`);
      judged += status === RULED ? 1 : 0;
    }
  }

  async function rule(id: string, side: string): Promise<number> {
    const { status } = await fetch(`${url}/v1/conflicts/${id}/resolve`, {
      method: 'POST',
      headers: { ...AS_ADMIN, 'content-type': 'application/json' },
      body: JSON.stringify({ side, by: 'Cleo', note: 'finance keeps the memo' }),
    });
    return status;
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
