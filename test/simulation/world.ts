import { memoryLedger } from '@concord/adapters';
import { recordId, systemId, type Engine, type Json, type Ledger, type RulingAsk, type Table } from '@concord/core';
import { openChronicle, type Carried, type Chronicle } from './chronicle.ts';
import { clockOn } from './clock.ts';
import type { Core } from './core.ts';
import { watchCursors } from './cursors.ts';
import { diceOf, type Dice } from './dice.ts';
import { faultsOf } from './faults.ts';
import { digest } from './hash.ts';
import { ledgerFor } from './ledger.ts';
import { ownersFor, tableFor, THING } from './map.ts';
import { watchCrossings, type Combining } from './combining.ts';
import { openRestores, type Restores } from './restores.ts';
import type { Story } from './story.ts';
import { openSystem, type Onlooker, type SimSystem } from './system.ts';
import { countTurnedAway } from './turned-away.ts';
import { openTimeline, type Life, type Timeline } from './timeline.ts';
import { wireTo } from './wire.ts';

/** Few of what is planned are at hand, so that the others are fetched. */
const AT_HAND_MAX = 2;

/** Systems with their users, a ledger, and engines that come and go. */
export interface World {
  readonly story: Story;
  readonly core: Core;
  readonly table: Table;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly systems: ReadonlyMap<string, SimSystem>;
  /** Their other table, in stories that have one. */
  readonly owners: ReadonlyMap<string, SimSystem>;
  readonly ledger: Ledger;
  readonly chronicle: Chronicle;
  readonly figures: Figures;
  readonly combining: Combining;
  engine(): Engine;
  /** The engine dies where it stands, and is started anew. */
  crash(): void;
  /** The engine is stopped in order, and started anew. */
  stop(): Promise<void>;
  /** The engine is stopped, and before it is started anew, what is older than that is told as one change. */
  compact(keepMs: number): Promise<void>;
  /** The same while the engine runs. */
  shorten(keepMs: number): Promise<void>;
  /** From now on nothing goes wrong any more. */
  calm(): void;
  /** Somebody changed a row: a hook may be on its way. */
  hint(system: string, key: string): void;
  resolve(decision: RulingAsk): Promise<string>;
  readonly restores: Restores;
  /** Has every row read again. */
  resync(by: string): Promise<void>;
  /** When something was last written or kept. */
  readonly lastNews: number;
}

export interface Figures {
  crashes: number;
  faults: number;
  writes: number;
  /** Single rows that were asked for. */
  reads: number;
  hints: number;
  rulings: number;
  plans: number;
  /** Times that it was stopped in order. */
  stops: number;
  /** Changes that are told no longer by themselves. */
  compacted: number;
  /** Times that edits crossed both ways. */
  crossings: number;
  /** What was put into a field that is combined, and looked for at the end. */
  tokens: number;
}

export const START_MS = 1_750_000_000_000;
/** It takes a while until somebody starts it again. */
const DOWN_MS = 30;
const HINT_MS_MAX = 4000;
/** Somebody sees what was written a moment later. */
const SEEN_MS = 1;

/** `tell`: hears of everything that happens, in words. */
export function openWorld(core: Core, story: Story, tell?: (words: string) => void): World {
  const timeline = openTimeline(START_MS);
  const dice = diceOf(story.seed);
  const chronicle = openChronicle((words) => tell?.(`${(timeline.now - START_MS).toFixed(2)} ${words()}`));
  const ledger = memoryLedger();
  const systems = new Map<string, SimSystem>();
  const table = tableFor(core, story);
  const tables = story.owners ? [ownersFor(core, story), table] : [table];
  const owners = new Map<string, SimSystem>();
  const figures: Figures = {
    crashes: 0,
    faults: 0,
    writes: 0,
    reads: 0,
    hints: 0,
    rulings: 0,
    plans: 0,
    stops: 0,
    compacted: 0,
    crossings: 0,
    tokens: 0,
  };
  const faults = faultsOf(story, figures);
  const cursors = watchCursors(systems, ledger, chronicle, story.choice !== undefined);
  const carried = new Map<string, Carried>();
  const combining: Combining = { puts: [], takes: [], crossings: [] };
  const turnedAway = countTurnedAway(chronicle);
  let [life, lastNews, records, fractions, hooks]: [Life, number, number, number, number] = [{ isOver: false }, START_MS, 0, 0, 0];
  let engine: Engine | undefined;

  function onlookerOf(id: string): Onlooker {
    const rows = () => systems.get(id)?.rows ?? noSystem();
    return {
      overwrites(before, write) {
        const name = before.columns?.['owner'];
        const isUnknown = typeof name === 'string' && ![...owners.values()].some((one) => one.rows.named(name));
        if (isUnknown && write.kind !== 'create' && (write.kind === 'delete' || write.columns['owner'] !== undefined))
          chronicle.breach(2, `${name} in owner of ${before.key} was overwritten, and is in no history`);
        chronicle.overwrites(rows(), before, write);
      },
      applied: (write, kept) => {
        figures.writes += 1;
        lastNews = timeline.now;
        const what: Carried = carried.get(write.tag) ?? { edits: chronicle.edits.length };
        if (story.owners && write.kind === 'create' && !write.columns['owner'])
          chronicle.breach(12, `${kept?.key} is made in ${id} without the owner that it has elsewhere`);
        chronicle.applied(rows(), write, kept, what);
        const account = kept?.columns?.['account'];
        if (typeof account === 'string') timeline.at(timeline.now + SEEN_MS, () => watchCrossings(world, id, account));
      },
      changed: (kept) => kept && hint(id, kept.key),
    };
  }

  for (const nature of story.systems)
    systems.set(
      nature.id,
      openSystem(nature, story.keyed, () => Math.floor(timeline.now), onlookerOf(nature.id)),
    );

  if (story.owners)
    for (const nature of story.systems)
      owners.set(
        nature.id,
        openSystem({ ...nature, memo: 'as it is', price: 'as it is' }, true, () => Math.floor(timeline.now), {
          overwrites: () => undefined,
          applied: () => {
            figures.writes += 1;
            lastNews = timeline.now;
          },
          changed: () => undefined,
        }),
      );

  function hint(id: string, key: string): void {
    const { hints } = systems.get(id)?.nature ?? noSystem();
    if (hints === 'none') return;
    hooks += 1;
    const chance = dice('hook', hooks);
    const times = hints === 'some' ? (chance < 0.4 ? 0 : 1) : chance < 0.2 ? 0 : chance < 0.6 ? 1 : 3;
    for (let time = 0; time < times; time += 1) {
      const [late, whole] = [dice('hook late', hooks * 4 + time), dice('hook key', hooks * 4 + time)];
      const body: Json = whole < 0.7 ? key : '';
      timeline.at(timeline.now + 5 + HINT_MS_MAX * late ** 3, () => {
        figures.hints += 1;
        engine?.hint(systemId(id), body, {});
      });
    }
  }

  function begin(): void {
    const own: Life = { isOver: false };
    life = own;
    const dies = (): void => {
      if (!own.isOver) crash();
    };
    const started = core.openEngine({
      tables,
      systems: [...systems.values()].map((system) => {
        const port = wireTo(system, owners.get(system.nature.id), {
          timeline,
          life: own,
          dice,
          faultAt: (method) => faults.next(system.nature.id, method),
          crash: dies,
          isCalm: () => faults.isCalm,
          reading: () => void (figures.reads += 1),
          heard(write, told) {
            // That a row is newer by now does not tell whether this write is in it.
            if (told.kind === 'written' || told.kind === 'applied') heard(write.tag, own);
            turnedAway.heard(system.nature.id, write, told);
          },
        });
        return { ...port, write: (write) => port.write((carried.set(write.tag, { edits: chronicle.edits.length }), write)) };
      }),
      ledger: ledgerFor(ledger, {
        timeline,
        life: own,
        dice,
        isSlow: story.slowLedger,
        faultAt: () => faults.next('ledger', 'commit'),
        crash: dies,
        async committed(commit, answers) {
          if (answers.some(({ kind }) => kind === 'committed')) lastNews = timeline.now;
          figures.plans += answers.length;
          chronicle.committed(commit, answers);
          for (const move of commit.cursors) await cursors.moved(move);
        },
        shortened: (changes) => void (figures.compacted += changes),
      }),
      clock: clockOn(timeline, own, dice),
      ids: {
        record: () => recordId(`record-${String((records += 1)).padStart(14, '0')}`),
        fraction: () => dice('fraction', (fractions += 1)),
      },
      log: {
        event: (name, fields) => {
          if (name === 'map stopped' || name === 'delivery defect' || name === 'hint missed' || name === 'stop not noted')
            chronicle.breach(10, `${name}: ${fields['error']} ${fields['at']}`);
        },
      },
      limits: {
        pollMs: story.pollMs,
        rowsMax: story.rowsMax,
        writesMax: story.writesMax,
        retryMs: 50,
        retryMsMax: 1500,
        gatherMs: 5,
        atHandMax: AT_HAND_MAX,
      },
      digest,
      retention: {
        async ended({ wrong }) {
          if (wrong > 0) chronicle.breach(7, 'a record does not agree with itself, and is not compacted');
        },
      },
    });
    engine = started;
    started.start().catch((cause: unknown) => chronicle.breach(10, `the engine did not start: ${String(cause)}`));
  }

  function heard(tag: string, own: Life): void {
    const what = carried.get(tag);
    if (!what || what.heardAtMs !== undefined) return;
    what.heardAtMs = timeline.now;
    what.life = own;
  }

  function crash(): void {
    if (!end()) return;
    figures.crashes += 1;
    timeline.at(timeline.now + DOWN_MS, begin);
  }

  /** It can die before it has come to its end. */
  async function stop(): Promise<void> {
    const own = life;
    await engine?.stop();
    if (life !== own || !end()) return;
    figures.stops += 1;
    timeline.at(timeline.now + DOWN_MS, begin);
  }

  /** Whether one was alive. */
  function end(): boolean {
    if (life.isOver) return false;
    life.isOver = true;
    life.overAtMs = timeline.now;
    engine = undefined;
    return true;
  }

  async function compact(keepMs: number): Promise<void> {
    if (!end()) return;
    const parts = { ledger, tables: new Map(tables.map((one) => [one.map.entity, one])), digest };
    for await (const { kind, removed } of core.compactionsIn(parts, { beforeMs: Math.floor(timeline.now) - keepMs })) {
      if (kind === 'wrong') chronicle.breach(7, 'a record does not agree with itself, and is not compacted');
      figures.compacted += removed;
    }
    timeline.at(timeline.now + DOWN_MS, begin);
  }

  const restores = openRestores({ story, timeline, systems, ledger, chronicle, engine: () => engine });
  const world: World = {
    restores,
    story,
    core,
    table,
    timeline,
    dice,
    systems,
    owners,
    ledger,
    chronicle,
    figures,
    combining,
    engine: () => engine ?? noEngine(),
    crash,
    stop,
    compact,
    async shorten(keepMs) {
      await engine?.compact({ beforeMs: Math.floor(timeline.now) - keepMs, by: 'an operator', archives: false });
    },
    calm: faults.stop,
    hint,
    async resolve(decision) {
      const answer = await engine?.resolve(decision);
      return answer?.kind ?? 'nobody is there';
    },
    async resync(by) {
      await engine?.resyncEntity(THING, { by });
    },
    get lastNews() {
      return lastNews;
    },
  };
  begin();
  return world;
}

function noSystem(): never {
  throw new Error('there is no such system');
}

function noEngine(): never {
  throw new Error('no engine runs');
}
