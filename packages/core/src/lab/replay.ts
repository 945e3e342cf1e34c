import type { EntityName } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { nameOfDelete } from '../merge/life.ts';
import { LIFE } from '../record/record.ts';
import { openFieldPlayer } from './fields.ts';
import { momentsOf, type Moment } from './moments.ts';
import { changesOf, recordsOf, type LabLedger, type Paging } from './pages.ts';
import type { Player } from './player.ts';
import type { Preset } from './presets.ts';
import { openRowPlayer } from './rows.ts';
import { openTally, type Losses, type PlayedBy, type RegisterTally, type Versus } from './tally.ts';

export type Tables = ReadonlyMap<string, Table>;

/** What the history is played under, beside the policies that are configured. */
export type Other = { readonly kind: 'policies'; readonly tables: Tables } | { readonly kind: 'preset'; readonly preset: Preset };

export interface ReplayAsk extends Paging {
  readonly entity?: EntityName;
  /** Only what was edited from then on is counted; ms since 1970 UTC. */
  readonly sinceMs?: number;
  /** Records that are shown for each register. */
  readonly examples?: number;
  /** Lost edits that are shown for each side. */
  readonly losses?: number;
  /** Told after every record. */
  readonly progress?: (records: number) => void;
}

export const EXAMPLES_DEFAULT = 3;
export const LOSSES_DEFAULT = 100;

export interface ReplayReport {
  readonly records: number;
  readonly changes: number;
  /** Records of which the beginning was compacted away: they are played from what stood then. */
  readonly compacted: number;
  /** Registers in which anything differs. */
  readonly registers: readonly RegisterTally[];
  readonly losses: Losses;
  /** Estimated, over all registers. */
  readonly writes: { readonly before: number; readonly after: number };
  /** Registers that the other configuration does not have as they are: their edits cannot be played under it. */
  readonly unplayable: readonly { readonly entity: string; readonly register: string }[];
}

/** Plays the stored edits of every record twice, and tells what differs. It only reads, page by page; no document is loaded. */
export async function replay(ledger: LabLedger, tables: Tables, other: Other, ask: ReplayAsk = {}): Promise<ReplayReport> {
  const { examples = EXAMPLES_DEFAULT, losses = LOSSES_DEFAULT, sinceMs = Number.MIN_SAFE_INTEGER } = ask;
  const tally = openTally({ examples, losses, sinceMs });
  let [records, changes, compacted] = [0, 0, 0];
  for await (const record of recordsOf(ledger, ask.entity, ask)) {
    const table = tables.get(record.entity);
    const rival = table && rivalOf(table, other);
    if (!table || !rival) continue;
    const [before, after] = [openFieldPlayer(table), rival.open()];
    for await (const moment of momentsOf(changesOf(ledger, record.id, ask))) {
      tally.moment(rival, moment, playedBy(before, moment), playedBy(after, moment));
      changes += 1 + moment.answers.length;
      if (moment.change.epoch) compacted += 1;
    }
    tally.record(rival, record, before, after);
    records += 1;
    ask.progress?.(records);
  }
  const all = [...tally.registers.values()];
  const writes = {
    before: all.reduce((sum, one) => sum + one.writes.before, 0),
    after: all.reduce((sum, one) => sum + one.writes.after, 0),
  };
  return {
    records,
    changes,
    compacted,
    registers: all.filter(differs),
    losses: tally.losses,
    writes,
    unplayable: unplayableIn(tables, other, ask.entity),
  };
}

function playedBy(player: Player, moment: Moment): PlayedBy {
  return { player, played: player.take(moment) };
}

interface Rival extends Versus {
  readonly open: () => Player;
}

/** `undefined`: the other configuration does not have the entity. */
function rivalOf(table: Table, other: Other): Rival | undefined {
  if (other.kind === 'preset') {
    const { preset } = other;
    return { table, ruleAfter: () => preset.name, open: () => openRowPlayer(table, preset) };
  }
  const rival = other.tables.get(table.map.entity);
  if (!rival) return undefined;
  const playable = { ...rival, registers: new Map([...rival.registers].filter(([name]) => isSame(table, rival, name))) };
  return {
    table,
    ruleAfter: (register) =>
      register === LIFE ? nameOfDelete(rival.map.delete) : (playable.registers.get(register)?.map.policy.name ?? ''),
    open: () => openFieldPlayer(playable),
  };
}

function isSame(table: Table, rival: Table, register: string): boolean {
  return table.registers.get(register)?.fields.join() === rival.registers.get(register)?.fields.join();
}

function unplayableIn(tables: Tables, other: Other, only: string | undefined): ReplayReport['unplayable'] {
  if (other.kind === 'preset') return [];
  return [...tables.values()]
    .filter(({ map }) => only === undefined || map.entity === only)
    .flatMap((table) => {
      const rival = other.tables.get(table.map.entity);
      const names = [...table.registers.keys()].filter((name) => !rival || !isSame(table, rival, name));
      return names.map((register) => ({ entity: table.map.entity, register }));
    });
}

function differs({ differing, standing, newlyHeld, noLongerHeld, lost }: RegisterTally): boolean {
  return differing + standing + newlyHeld + noLongerHeld > 0 || lost.before !== lost.after;
}
