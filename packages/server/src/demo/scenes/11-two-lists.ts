import type { JsonObject } from '@concord/core';
import { product } from '../places.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { HOLD_MS, pick, since, textIn } from './since.ts';

const [SPRING, SUMMER, AUTUMN, WINTER] = ['192350000', '192350001', '192350002', '192350003'];
const [CE, FNO] = ['abc_seasons', 'ABCSeasons'];

export const twoLists: Scene = {
  title: 'Two lists, one removal',
  about:
    'Both add a season to a fabric. Ben is shown what Anna added, and takes it out; Anna, who was shown nothing yet, adds another. A merge that compares whole lists brings back what Ben took out.',
  async play(stage, tell) {
    const place = product('F1010');
    const watch = await since(stage, place);
    const [inCe, inFno] = [
      (seasons: readonly string[]): JsonObject => ({ [CE]: seasons.join(',') }),
      (...seasons: readonly string[]): JsonObject => ({ [FNO]: seasons.join(';') }),
    ];
    // What Concord writes to the product in CE waits until both have edited twice.
    stage.ce.faults.add({
      method: 'PATCH',
      path: '/products',
      principal: 'concord',
      action: { kind: 'throttled', retryAfterSeconds: 0.2 },
    });
    for (const system of [stage.ce, stage.fno]) system.hooks.faults({ delayMs: HOLD_MS });
    try {
      tell.deeds(
        ...(await Promise.all([
          stage.ben.change(place.fno, inFno('Summer', 'Autumn')),
          stage.anna.change(place.ce, inCe([SPRING, SUMMER])),
        ])),
      );
      await stage.until('Ben is shown what Anna added', async () => (await seasonsOf(stage, place.fno)).includes('Spring'));
      tell.note(`Ben is shown: ${(await seasonsOf(stage, place.fno)).join(', ')}. Anna is shown nothing new yet: CE is throttled.`);
      tell.deeds(
        ...(await Promise.all([
          stage.ben.change(place.fno, inFno('Summer', 'Autumn')),
          stage.anna.change(place.ce, inCe([SPRING, SUMMER, WINTER])),
        ])),
      );
      const edits = async () => (await watch.changes()).filter(({ system }) => system === 'ce' || system === 'fno').length;
      await stage.until('Concord has heard of all four', async () => (await edits()) >= 4);
    } finally {
      for (const system of [stage.ce, stage.fno]) system.hooks.faults({});
      stage.ce.faults.clear();
    }
    await stage.settled();
    tell.history(await watch.changes());
    const [ce, fno] = [await stage.anna.read(place.ce), await stage.ben.read(place.fno)];
    tell.holds('ce', ce, [CE]);
    tell.holds('fno', fno, [FNO]);
    const kept = [SUMMER, AUTUMN, WINTER].join(',');
    return [
      { what: 'Spring stays out, and both additions stay in, in CE', expected: [kept], found: pick(ce, CE) },
      { what: 'and in F&O', expected: ['Autumn;Summer;Winter'], found: pick(fno, FNO) },
      { what: 'nobody was asked', expected: 0, found: (await stage.rest.conflicts('held', watch.id)).length },
    ];
  },
};

async function seasonsOf({ ben }: Stage, at: string): Promise<readonly string[]> {
  return textIn(await ben.read(at), FNO).split(';');
}
