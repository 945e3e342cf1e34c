import { brokeOf } from '../errors/broke.ts';
import { must } from '../errors/must.ts';
import { systemId, type EntityName } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { MapChange } from '../map/evolution/changes.ts';
import { READING } from '../map/evolution/effects.ts';
import { changeWords } from '../map/evolution/words.ts';
import { CONCORD } from '../register/actors.ts';
import type { Comparisons } from './comparisons.ts';
import type { Intake } from './intake.ts';
import { changesSince, openOutlines } from './outlines.ts';
import { backoffMs } from './pace.ts';
import type { Parts, Stop } from './parts.ts';
import type { Puller } from './puller.ts';
import { renewAll, type RenewalAsk } from './renewing.ts';
import type { ResyncAsk } from './resync.ts';
import { openBell } from './signal.ts';

/** `auto`: a configuration that changed is carried out at the start. `ask`: the entities that it changes are kept until a person starts them. */
export type Evolve = 'auto' | 'ask';

/** Carries out what a changed configuration means for the records that exist. */
export interface Evolving {
  /** Compares the table maps with those that the ledger ran with. */
  load(): Promise<void>;
  /** Whether an entity is kept until a person starts it. */
  keeps(entity: EntityName): boolean;
  /** Whether its records are yet to be looked at anew: its rows are read behind that. */
  renews(entity: EntityName): boolean;
  /** Whether its records are yet to be looked at anew, or its rows to be compared: before that nothing is written over what they hold. */
  reads(entity: EntityName): boolean;
  /** Starts it. Answers whether it was kept. */
  allow(entity: EntityName, ask: ResyncAsk): Promise<boolean>;
  /** What is yet to be carried out. */
  changes(entity: EntityName): readonly MapChange[];
  run(stop: Stop): Promise<void>;
}

/** What changes are carried out by. */
interface Means {
  readonly pullers: readonly Puller[];
  readonly comparisons: Pick<Comparisons, 'begin'>;
  readonly intake: () => Intake;
  /** What waited for an entity to be read may be written. */
  readonly opened: () => void;
}

/** An act's note is read by people. */
const WORDS_MAX = 1_000;
const DAY_MS = 86_400_000;

/**
 * Rows that exist hold what a new field, a new system or another type would have told: nobody hears of that before their next edit. So all of them
 * are compared, as if a person had asked for it. That they are as the new table map says is noted only behind that: what is broken off begins again.
 */
export function openEvolving(parts: Parts, { pullers, comparisons, intake, opened }: Means, evolve: Evolve): Evolving {
  const { tables, ledger, committer, clock, log } = parts;
  const outlines = openOutlines(ledger, committer.note);
  const bell = openBell();
  const kept = new Set<EntityName>();
  const due: EntityName[] = [];
  /** What is not carried out yet, and whether the records are already as it says. */
  const pending = new Map<EntityName, { readonly changes: readonly MapChange[]; isRenewed: boolean }>();

  const changesOf = (entity: EntityName): readonly MapChange[] => pending.get(entity)?.changes ?? [];
  const tableOf = (entity: EntityName): Table => must(tables.get(entity), 'an entity has a table map');

  async function settle(entity: EntityName): Promise<void> {
    await outlines.ended(tableOf(entity).map);
    pending.delete(entity);
    opened();
  }

  async function announce(entity: EntityName, { by, note }: ResyncAsk): Promise<void> {
    const words = [entity, ...(note === undefined ? [] : [note]), changesOf(entity).map(changeWords).join('; ')].join(': ');
    await committer.act({ atMs: clock.nowMs(), operator: by, act: 'evolve', note: words.slice(0, WORDS_MAX) });
  }

  async function carryOut(entity: EntityName, stop: Stop): Promise<void> {
    const [changes, { map }] = [changesOf(entity), tableOf(entity)];
    await outlines.begun(map);
    const reaches = (what: MapChange['reaches']): boolean => changes.some((change) => change.reaches === what);
    if ((reaches('records') || reaches('rows')) && !(await renewAll(parts, intake(), stop, renewalOf(changes, tableOf(entity))))) return;
    const waiting = pending.get(entity);
    if (!waiting || !reaches('rows')) return settle(entity);
    waiting.isRenewed = true;
    const left = new Set(pullers.filter((puller) => puller.entity === entity));
    const ended = (puller: Puller): void => {
      left.delete(puller);
      if (left.size > 0) return;
      settle(entity).catch((cause: unknown) => log.event('evolution not noted', { entity, ...brokeOf(cause) }));
    };
    for (const puller of left) comparisons.begin(puller, { by: CONCORD, isExpected: true, ended: () => ended(puller) });
  }

  async function loadOne({ map }: Table): Promise<void> {
    const { entity } = map;
    const ran = await outlines.of(entity);
    const isEmpty = (await ledger.records({ entity, limit: 1 })).items.length === 0;
    if (!ran.outlines && !isEmpty) log.event('configuration of before not known', { entity });
    const changes = isEmpty ? [] : changesSince(ran, map);
    const isAsItRan = changes.length === 0 && !isEmpty && ran.outlines?.length === 1 && ran.isListed;
    if (changes.length === 0) return isAsItRan ? undefined : outlines.ended(map);
    for (const change of changes) log.event('configuration changed', { entity, words: changeWords(change) });
    pending.set(entity, { changes, isRenewed: false });
    if (evolve === 'ask') kept.add(entity);
    else due.push(entity);
  }

  return {
    async load() {
      await outlines.load(new Set(tables.keys()));
      for (const table of tables.values()) await loadOne(table);
    },
    keeps: (entity) => kept.has(entity),
    renews: (entity) => pending.get(entity)?.isRenewed === false,
    reads: (entity) => pending.has(entity),
    async allow(entity, ask) {
      if (!kept.has(entity)) return false;
      await announce(entity, ask);
      kept.delete(entity);
      due.push(entity);
      bell.ring();
      return true;
    },
    changes: changesOf,
    async run(stop) {
      for (const entity of due) await announce(entity, { by: CONCORD });
      for (let failures = 0; !stop.isStopped;) {
        const [entity] = due;
        try {
          if (entity === undefined) await clock.sleep(DAY_MS, [stop, bell]);
          else await carryOut(entity, stop);
          bell.take();
          if (entity !== undefined) due.shift();
          failures = 0;
        } catch (cause) {
          log.event('evolution waits', { ...(entity === undefined ? {} : { entity }), ...brokeOf(cause) });
          await clock.sleep(backoffMs(parts, (failures += 1)), [stop]);
        }
      }
    },
  };
}

/** What is of another shape cannot go on as it was. */
function renewalOf(changes: readonly MapChange[], table: Table): RenewalAsk {
  const retyped = changes.flatMap(({ what, part, name }) => (what === 'field' && part === 'type' ? [name] : []));
  const regrouped = changes.flatMap(({ what, part, name }) => (what === 'register' && part === 'fields' ? [name] : []));
  const registersOf = (names: readonly string[]): readonly string[] =>
    [...table.registers.values()].filter(({ fields }) => fields.some((field) => names.includes(field))).map(({ name }) => name);
  const untold = changes.flatMap(({ what, kind, name, system, part = '' }) =>
    what === 'field' && kind === 'changed' && system !== undefined && READING.has(part)
      ? registersOf([name]).map((register) => ({ register, system: systemId(system) }))
      : [],
  );
  const isRekeyed = changes.some(({ what, part }) => what === 'rule' && part === 'key');
  return { table, isRekeyed, untold, anew: [...new Set([...regrouped, ...registersOf(retyped)])] };
}
