import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chanceOf, type Chance } from '../kit/chance.ts';
import { runs } from '../kit/runs.ts';
import { numberSet } from '../kit/settings.ts';
import { images, readEvents, type Event } from './disk.ts';
import { judge, type Verdict } from './judge.ts';
import { recordSequence, type Sequence } from './sequence.ts';
import { counted, killedAt, logged, untraceable, type Point } from './traced.ts';

const POINTS = numberSet('points', runs(6));
/** 0: only kills are wanted. */
const IMAGES = numberSet('images', runs(40), 0);
const SEED = numberSet('seed', 20_261);
/** On a machine that is busy with other things, a start of Node takes seconds. */
const LONG_MS = 60_000 + POINTS * 30_000 + IMAGES * 3_000;
const TOLD_EVERY = 50;
/** Most of a point is a start of Node, which waits as much as it works: while one is judged, another is on its way. */
const AT_ONCE = 2;
/** One that fails is enough. */
const CONTROLS_MAX = 100;

const why = untraceable();

describe.skipIf(why !== undefined)(`a ledger whose writer ends without warning${why === undefined ? '' : ` (${why})`}`, () => {
  let folder = '';
  let sequence: Sequence;
  let sequenceFile = '';
  let runsMade = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-crash-'));
    sequence = await recordSequence();
    sequenceFile = join(folder, 'sequence');
    writeFileSync(sequenceFile, serialize(sequence.commits));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A ledger file in a folder of its own. */
  function fresh(): string {
    const file = join(folder, String((runsMade += 1)), 'ledger.db');
    mkdirSync(dirname(file));
    return file;
  }

  async function eventsOf(synchronous?: string): Promise<readonly Event[]> {
    const [file, log] = [fresh(), join(folder, `log-${runsMade}`)];
    const { acknowledged, words } = await logged(log, file, sequenceFile, synchronous);
    expect([acknowledged, words]).toEqual([sequence.commits.length, '']);
    return readEvents(log, file);
  }

  /** How often each verdict is given on what the power leaves, and what each bad one was about. */
  async function afterCuts(events: readonly Event[], many: number): Promise<Tally> {
    const tally = new Tally();
    for (const { after, files, acknowledged } of images(events, many, chanceOf(SEED))) {
      const file = fresh();
      for (const [name, bytes] of files) writeFileSync(join(dirname(file), name), bytes);
      tally.add(`cut after ${after} of ${events.length}`, await judge(file, acknowledged, sequence));
      rmSync(dirname(file), { recursive: true });
    }
    return tally;
  }

  test(`killed at ${POINTS} system calls, it holds every acknowledged commit, whole, and verifies`, { timeout: LONG_MS }, async () => {
    const log = join(folder, 'calls');
    await logged(log, fresh(), sequenceFile);
    const points = sampled(allPoints(counted(log)), POINTS, chanceOf(SEED));
    const tally = new Tally();
    let [done, midway] = [0, 0];
    const one = async (point: Point): Promise<void> => {
      const file = fresh();
      const { acknowledged, wasKilled } = await killedAt(file, sequenceFile, point);
      expect(wasKilled, `${point.call} ${point.nth}`).toBe(true);
      if (acknowledged < sequence.commits.length) midway += 1;
      tally.add(`${point.call} ${point.nth}`, await judge(file, acknowledged, sequence));
      rmSync(dirname(file), { recursive: true });
      done += 1;
      if (done % TOLD_EVERY === 0) console.log(`${done} points, ${midway} before the last commit: ${tally.words()}`);
    };
    const left = points.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const point of left) await one(point);
      }),
    );
    console.log(`${done} of ${allPoints(counted(log)).length} points, ${midway} before the last commit: ${tally.words()}`);
    expect(done).toBe(points.length);
    expect(tally.bad).toEqual([]);
  });

  test.skipIf(IMAGES === 0)(
    `whatever of its unsynced writes a power cut leaves, it holds every acknowledged commit (${IMAGES} images)`,
    { timeout: LONG_MS },
    async () => {
      const events = await eventsOf();
      const tally = await afterCuts(events, IMAGES);
      console.log(`${IMAGES} images: ${tally.words()}`);
      expect(tally.bad).toEqual([]);
    },
  );

  test.skipIf(IMAGES === 0)(
    'with less than FULL it would lose acknowledged commits, and this is seen here',
    { timeout: LONG_MS },
    async () => {
      const events = await eventsOf('NORMAL');
      const tally = await afterCuts(events, Math.min(IMAGES, CONTROLS_MAX));
      console.log(`With NORMAL: ${tally.words()}`);
      expect(tally.count('lost')).toBeGreaterThan(0);
    },
  );
});

/** How often each verdict was given. */
class Tally {
  readonly bad: string[] = [];
  private readonly counts = new Map<string, number>();

  add(where: string, verdict: Verdict): void {
    const name = verdict.kind === 'whole' && verdict.underWay ? 'whole, and the one under way' : verdict.kind;
    this.counts.set(name, this.count(name) + 1);
    if (verdict.kind !== 'whole') this.bad.push(`${where}: ${JSON.stringify(verdict)}`);
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  words(): string {
    return [...this.counts].map(([name, times]) => `${name}: ${times}`).join(', ');
  }
}

function allPoints(calls: ReturnType<typeof counted>): readonly Point[] {
  return [...calls].flatMap(([call, times]) => Array.from({ length: times }, (_, index) => ({ call, nth: index + 1 })));
}

/** So many of them, spread over the whole. */
function sampled(points: readonly Point[], many: number, chance: Chance): readonly Point[] {
  const step = Math.max(1, points.length / many);
  return Array.from({ length: Math.min(many, points.length) }, (_, index) => {
    const at = Math.floor(index * step) + chance.whole(Math.max(1, Math.floor(step)));
    return points[Math.min(at, points.length - 1)];
  }).filter((point) => point !== undefined);
}
