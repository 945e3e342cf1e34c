import { keyOf, type DeliveryId } from '@concord/core';
import { checkEnd, checkIdle } from './checks.ts';
import type { Breach } from './chronicle.ts';
import type { Core } from './core.ts';
import { ledgerHash } from './hash.ts';
import { OWNER } from './map.ts';
import { act, answer } from './people.ts';
import type { Story } from './story.ts';
import { openWorld, START_MS, type Figures, type World } from './world.ts';

export interface Run {
  readonly breaches: readonly Breach[];
  readonly hash: string;
  readonly steps: number;
  /** How many of them before everything was calm. */
  readonly chaosSteps: number;
  readonly figures: Readonly<Figures>;
  readonly edits: number;
}

export interface Play {
  /** The engine dies behind this step. */
  readonly crashAtStep?: number;
  /** Holds every record's document against its row, which takes long. */
  readonly documents?: boolean;
  /** Hears of everything that happens. */
  readonly tell?: (words: string) => void;
}

/** So long is looked for calm, and so often a person is asked, before it is said that it does not come. */
const CALM_ROUNDS_MAX = 8;
/** More writes than this, while nobody does anything, come from each other. */
const CALM_WRITES_MAX = 60;
const QUESTIONS_MAX = 40;
const LOOKS_MAX = 400;
const LOOK_MS = 25;
const STEPS_MAX = 120_000;

/** Plays a story to its end, and says what is wrong with how it went. */
export async function play(core: Core, story: Story, { crashAtStep, documents = false, tell }: Play = {}): Promise<Run> {
  const world = openWorld(core, story, tell);
  const { timeline, chronicle } = world;
  for (const deed of story.deeds)
    timeline.at(START_MS + deed.atMs, () => void act(world, deed).catch((cause: unknown) => chronicle.breach(10, String(cause))));

  const until = async (momentMs: number): Promise<void> => {
    while (timeline.steps < STEPS_MAX && chronicle.breaches.length === 0 && (await timeline.step(momentMs)))
      if (timeline.steps === crashAtStep) world.crash();
  };
  await until(START_MS + story.chaosMs);
  const chaosSteps = timeline.steps;
  world.calm();
  // What comes after the first breach says nothing more.
  if (chronicle.breaches.length === 0 && (await comesToAgree(world, until))) {
    await checkEnd(world, documents);
    if (chronicle.breaches.length === 0) await checkIdle(world, until);
  }
  return {
    breaches: chronicle.breaches,
    hash: await ledgerHash(world.ledger),
    steps: timeline.steps,
    chaosSteps,
    figures: world.figures,
    edits: chronicle.edits.length,
  };
}

type Until = (momentMs: number) => Promise<void>;

/** Lets everything come to rest, answers whatever waits for a person, and lets it come to rest again. */
async function comesToAgree(world: World, until: Until): Promise<boolean> {
  for (let question = 0; question < QUESTIONS_MAX; question += 1) {
    if (!(await comesToRest(world, until))) return false;
    const isToGoOn = world.restores.goOn(question);
    if (!isToGoOn && !(await askPerson(world, question)) && !touchParked(world, await parkedIn(world), question)) return true;
    await until(world.timeline.now + 200);
  }
  world.chronicle.breach(1, `${QUESTIONS_MAX} answers of a person settle nothing`);
  return false;
}

async function comesToRest(world: World, until: Until): Promise<boolean> {
  const { timeline, chronicle, story } = world;
  // As long as the slowest hook, poll, retry and late request take.
  const windowMs = 2 * story.pollMs + 6500;
  const writes = world.figures.writes;
  for (let round = 0; round < CALM_ROUNDS_MAX; round += 1) {
    const began = timeline.now;
    void world.restores.choose();
    await until(began + windowMs);
    if (chronicle.breaches.length > 0) return false;
    if (world.lastNews < began && (await isQuietSoon(world, until))) return true;
    if (timeline.steps >= STEPS_MAX || world.figures.writes - writes > CALM_WRITES_MAX) break;
  }
  const { maps, deliveries } = world.engine().status();
  chronicle.breach(
    1,
    `it does not come to rest: ${JSON.stringify([maps.map(({ system, state, words }) => [system, state, words]), deliveries])}`,
  );
  return false;
}

/** Between two polls nothing is under way; somewhere near is such a moment. */
async function isQuietSoon(world: World, until: Until): Promise<boolean> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    if (world.engine().isQuiet()) return true;
    await until(world.timeline.now + LOOK_MS);
  }
  return false;
}

async function askPerson(world: World, question: number): Promise<boolean> {
  const [conflict] = (await world.ledger.conflicts({ state: 'held', limit: 1 })).items;
  if (!conflict) return false;
  void answer(world, conflict, `settled ${question}`).catch((cause: unknown) => world.chronicle.breach(10, String(cause)));
  return true;
}

type Parked = { readonly system: string } & ({ readonly account: string } | { readonly delivery: DeliveryId });

/** What a system refused goes on when somebody edits the record: so somebody does. */
async function parkedIn(world: World): Promise<readonly Parked[]> {
  const parked: Parked[] = [];
  for (const { id, record, entity, system, code } of (await world.ledger.deliveries({ state: 'parked', limit: 50 })).items) {
    // What waits for another record goes on when that comes, and not before.
    if (code !== undefined) continue;
    // Owners have nothing that anybody could edit: an operator has the write tried again.
    if (entity === OWNER) {
      parked.push({ system, delivery: id });
      continue;
    }
    const found = await world.ledger.record(record);
    const others = [...world.systems.values()].toSorted(
      (one, other) => Number(one.nature.id === system) - Number(other.nature.id === system),
    );
    for (const inside of others) {
      const kept = inside.rows.get(found?.links[inside.nature.id]?.key ?? keyOf(''));
      const account = kept?.columns?.['account'];
      if (typeof account === 'string') parked.push({ system: inside.nature.id, account });
    }
  }
  return parked;
}

function touchParked(world: World, parked: readonly Parked[], question: number): boolean {
  const [one] = parked;
  if (!one) return false;
  const failed = (cause: unknown): void => world.chronicle.breach(10, String(cause));
  if ('delivery' in one) void world.engine().release(one.delivery, { decision: 'retry', by: 'mia' }).catch(failed);
  else void act(world, { kind: 'edit', system: one.system, name: one.account, values: { name: `touched ${question}` } });
  return true;
}
