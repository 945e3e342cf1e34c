import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { chanceOf } from '../kit/chance.ts';
import { numberSet, textSet } from '../kit/settings.ts';
import { differences } from '../kit/town-rows.ts';
import { settledConflicts } from '../kit/town-told.ts';
import { counted, openTown, ownWrites, untilCaughtUp, untilEqual, type Town } from '../kit/town.ts';
import { invented, lost, misplaced } from './accounts.ts';
import { openCrowd, type Crowd, type Deed } from './crowd.ts';
import { seatJudge } from './judge.ts';
import { watchMemory } from './memory.ts';
import { sendProbes } from './probes.ts';
import { table } from './table.ts';
import { bringWeather } from './weather.ts';

const MINUTE_MS = 60_000;
const MINUTES = numberSet('minutes', 0.1);
const RATE = numberSet('rate', 10);
const CUSTOMERS = numberSet('customers', 1_000);
const SEED = numberSet('seed', 20_261);
const CALM_MS_MAX = 180_000;
/** Requests of people under way at a time. */
const UNDER_WAY_MAX = 32;
const SHOWN = 10;

test(
  `under a steady load with faults Concord loses nothing and comes to rest with both systems equal (${MINUTES} minutes, ${RATE} edits a second)`,
  { timeout: MINUTES * MINUTE_MS + 2 * CALM_MS_MAX },
  async () => {
    const town = await openTown(CUSTOMERS, { pollMs: 1_000, sweepEveryMs: 30_000 });
    try {
      const { url } = await town.startOutside();
      await untilEqual(town, url, CALM_MS_MAX);
      const memory = watchMemory(url, MINUTES * MINUTE_MS);
      const crowd = openCrowd(town, CUSTOMERS, chanceOf(SEED));
      const judge = seatJudge(url);
      const weather = bringWeather([town.ce, town.fno], chanceOf(SEED + 1));
      const probes = await sendProbes(town);
      const deeds = await atRate(crowd, RATE, MINUTES * MINUTE_MS);
      const { lagsMs, late } = await probes.end();
      const struck = await weather.calm();
      const calmSinceMs = Date.now();
      // What differs when the time is over is told in the table, like everything else.
      await untilEqual(town, url, CALM_MS_MAX).catch((cause: unknown) => console.error(String(cause)));
      const calmMs = Date.now() - calmSinceMs;
      const rulings = await judge.end();
      const end = { rulings, ...(await memory.end()), ...(await ledgerOf(url)), lagsMs, late, struck, calmMs };
      const wrong = await faultsIn(town, url, crowd, deeds);
      const lines = table({ minutes: MINUTES, rate: RATE, deeds, writes: ownWrites(town.ce) + ownWrites(town.fno), ...end, ...wrong });
      console.log(`\n${lines}`);
      const out = textSet('out');
      if (out !== undefined) writeFileSync(out, `${lines}\n\nMemory over time:\n${JSON.stringify(end.memory)}\n`);
      expect(wrong).toEqual({ lost: [], diverged: [], misplaced: [], invented: [] });
      expect(late, 'an edit of a probe that did not arrive within a minute').toBe(0);
      const writes = ownWrites(town.ce) + ownWrites(town.fno);
      await untilCaughtUp(url);
      expect(ownWrites(town.ce) + ownWrites(town.fno), 'after the end nothing is written').toBe(writes);
    } finally {
      await town.close();
    }
  },
);

/** Has so many things done a second, whether or not those before are acknowledged, and answers all of them. */
async function atRate(crowd: Crowd, rate: number, ms: number): Promise<readonly Deed[]> {
  const done: Deed[] = [];
  const underWay = new Set<Promise<unknown>>();
  const beganMs = performance.now();
  for (let made = 0; performance.now() - beganMs < ms;) {
    await wait(Math.max(1, beganMs + (made * 1_000) / rate - performance.now()));
    while (underWay.size >= UNDER_WAY_MAX) await Promise.race(underWay);
    const one = crowd.next();
    made += one.count;
    const settled: Promise<unknown> = one.done.then((deeds) => done.push(...deeds)).finally(() => underWay.delete(settled));
    underWay.add(settled);
  }
  await Promise.all(underWay);
  return done;
}

async function ledgerOf(url: string) {
  const [records, held, parked] = await Promise.all([counted(url, 'records'), counted(url, 'held'), counted(url, 'parked')]);
  return { records, held, parked, conflicts: await settledConflicts(url) };
}

async function faultsIn(town: Town, url: string, crowd: Crowd, deeds: readonly Deed[]) {
  const wrong = {
    lost: await lost(url, deeds),
    diverged: differences(town),
    misplaced: misplaced(town, crowd.present()),
    invented: invented(town, deeds),
  };
  for (const [what, lines] of Object.entries(wrong)) for (const line of lines.slice(0, SHOWN)) console.error(`${what}: ${line}`);
  return wrong;
}
