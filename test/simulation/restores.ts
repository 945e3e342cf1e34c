import { LIFE, systemId, valueIn, type Engine, type Ledger, type RecordState } from '@concord/core';
import type { Chronicle } from './chronicle.ts';
import { chanceFor } from './dice.ts';
import { plainStoryOf } from './draw.ts';
import { THING, TOKENS } from './map.ts';
import type { Deed, Story, Timed } from './story.ts';
import type { SimSystem } from './system.ts';
import type { Timeline } from './timeline.ts';

/** Systems that are put back, and the people who see to it. */
export interface Restores {
  restore(deed: Extract<Deed, { readonly kind: 'restore' }>): Promise<void>;
  /** An operator chooses for whatever waits for that, and can be chosen for. */
  choose(): Promise<void>;
  /** Once everything is calm: has everything compared once, and chooses. Answers whether there was anything to do. */
  goOn(round: number): boolean;
  /** What must hold at the end beside what always must. */
  check(records: readonly RecordState[]): void;
}

interface Around {
  readonly story: Story;
  readonly timeline: Timeline;
  readonly systems: ReadonlyMap<string, SimSystem>;
  readonly ledger: Ledger;
  readonly chronicle: Chronicle;
  readonly engine: () => Engine | undefined;
}

/** What the ledger held as a system was put back, and an operator said so. */
interface Stood {
  readonly values: ReadonlyMap<string, string>;
  readonly edits: number;
}

const BACKUP_EVERY_MS = 100;
const BY = { by: 'mia' };

export function openRestores({ story, timeline, systems, ledger, chronicle, engine }: Around): Restores {
  const backups: { readonly system: string; readonly atMs: number; readonly back: (isNoticed: boolean) => void }[] = [];
  const stood: Stood[] = [];
  let isStrict = true;

  function backUp(): void {
    for (const [system, { rows }] of systems) {
      const [rowsBack, chronicleBack] = [rows.backup(), chronicle.backup(rows)];
      backups.push({ system, atMs: timeline.now, back: (isNoticed) => (rowsBack(), chronicleBack(isNoticed)) });
    }
  }

  async function held(): Promise<ReadonlyMap<string, string>> {
    const { items } = await ledger.records({ entity: THING, limit: 500 });
    return new Map(items.flatMap((record) => [...TOKENS, LIFE].map((name) => [`${record.id} ${name}`, textOf(record, name)] as const)));
  }

  async function choose(): Promise<void> {
    for (const { system, entity, putBack } of engine()?.status().maps ?? [])
      if (putBack && !putBack.chosen) await engine()?.settlePutBack(system, entity, { ...BY, choice: story.choice ?? 'hold' });
  }

  /** Nobody has put anything back: that a map waits for a person is a false alarm. */
  function tellAlarm(): false {
    for (const { system, putBack } of engine()?.status().maps ?? [])
      if (putBack) chronicle.breach(16, `${system} is taken for a system that was put back: ${putBack.words}`);
    return false;
  }

  const failed = (cause: unknown): void => chronicle.breach(10, String(cause));

  if (story.choice) for (let ms = 0; ms < story.chaosMs; ms += BACKUP_EVERY_MS) timeline.at(timeline.now + ms, backUp);

  return {
    async restore({ system, agoMs, isDeclared }) {
      const backup = backups.findLast((one) => one.system === system && one.atMs <= timeline.now - agoMs);
      backup?.back(isDeclared && engine() !== undefined);
      if (!backup || !isDeclared) isStrict = false;
      const running = engine();
      if (!isDeclared || !running) return void (isStrict = false);
      // Whether it was heard is known once it is answered.
      const wasStrict = isStrict;
      isStrict = false;
      const declared = running.declarePutBack(systemId(system), BY);
      stood.push({ values: await held(), edits: chronicle.edits.length });
      await declared;
      isStrict = wasStrict;
    },
    choose: async () => (story.choice ? choose().catch(failed) : void tellAlarm()),
    goOn(round) {
      if (!story.choice) return tellAlarm();
      if (round === 0) void engine()?.resyncEntity(THING, BY).catch(failed);
      if (round === 0) return true;
      const waits = (engine()?.status().maps ?? []).some(({ putBack }) => putBack !== undefined);
      if (waits) void choose().catch(failed);
      return waits;
    },
    check(records) {
      if (!isStrict || story.choice === 'take-over') return;
      for (const { values, edits } of stood)
        for (const record of records) {
          for (const name of TOKENS) checkValue(record, name, values.get(`${record.id} ${name}`), edits);
          if (values.get(`${record.id} ${LIFE}`) === '"live"') checkLife(record, edits);
        }
    },
  };

  /** Nobody deleted what a system lost. */
  function checkLife(record: RecordState, edits: number): void {
    const account = valueIn(record, 'account');
    if (valueIn(record, LIFE) !== 'deleted' || story.deeds.some((deed) => deed.kind === 'remove' && deed.name === account)) return;
    const isRuled = chronicle.edits
      .slice(edits)
      .some((edit) => edit.record === record.id && edit.register === LIFE && edit.system === 'person');
    if (!isRuled) chronicle.breach(16, `${record.id} is deleted, and nobody deleted it`);
  }

  /** An older value does not stand where the ledger held another one, unless a person said so. */
  function checkValue(record: RecordState, name: string, before: string | undefined, edits: number): void {
    const now = textOf(record, name);
    if (before === undefined || now === before || valueIn(record, LIFE) !== 'live') return;
    const isOf = (edit: Chronicle['edits'][number]): boolean =>
      edit.record === record.id && edit.register === name && JSON.stringify(edit.value) === now;
    if (chronicle.edits.slice(edits).some((edit) => isOf(edit) && edit.system === 'person')) return;
    // Whoever edits it while it is held has the policy decide.
    if (
      story.choice === 'hold' &&
      chronicle.edits.slice(edits).filter((edit) => edit.record === record.id && edit.register === name).length > 1
    )
      return;
    // Who makes a row anew that was lost may leave a column empty.
    const isMadeAnew = story.deeds.filter((deed) => deed.kind === 'create' && deed.name === valueIn(record, 'account')).length > 1;
    if ((now === 'null' && !isMadeAnew) || chronicle.edits.slice(0, edits).some(isOf))
      chronicle.breach(16, `${name} of ${record.id} was ${before} as its system was put back, and is ${now} as it was before`);
  }
}

function textOf(record: RecordState, name: string): string {
  return JSON.stringify(valueIn(record, name) ?? null);
}

/** A story in which systems are put back, once or more often; `undefined`: the story of this seed has more to it. */
export function restoringStoryOf(seed: number): Story | undefined {
  const story = plainStoryOf(seed);
  if (story.owners || story.twins) return undefined;
  const chance = chanceFor(seed, 'restore');
  const ids = story.systems.map(({ id }) => id);
  const isDeclared = chance.whole(3) > 0;
  const restores = Array.from({ length: 1 + chance.whole(2) }, (): readonly Timed[] => {
    const atMs = 3000 + chance.whole(story.chaosMs - 4000);
    const system = ids[chance.whole(ids.length)] ?? 'fno';
    const restore: Timed = { kind: 'restore', system, agoMs: chance.whole(atMs), isDeclared, atMs };
    return chance.whole(2) === 0 ? [restore] : [restore, { kind: 'choose', atMs: atMs + 200 + chance.whole(4000) }];
  });
  const deeds = [...story.deeds, ...restores.flat()].toSorted((one, other) => one.atMs - other.atMs);
  return { ...story, choice: chance.pick(['give-back', 'take-over', 'hold'] as const), deeds };
}
