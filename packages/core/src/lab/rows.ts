import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { frontierIn } from '../merge/frontier.ts';
import type { Opening } from '../ports/epoch.ts';
import type { EditTold } from '../ports/plan.ts';
import { PERSON } from '../register/actors.ts';
import { LIFE } from '../record/record.ts';
import { isEmpty, sameValue, type Value } from '../values.ts';
import { isFirstCopy, openKnowledge } from './knowledge.ts';
import type { Moment } from './moments.ts';
import type { Loss, Played, Player, Standing } from './player.ts';
import type { Preset, Save } from './presets.ts';

type Row = ReadonlyMap<string, Value>;

/** A save of a whole row that not everybody has seen yet. */
interface OpenSave extends Save {
  readonly row: Row;
  /** What its author changed in it, also in earlier saves that nobody took away from them since. */
  readonly carried: readonly EditTold[];
}

/** The row that everybody is told, through time. */
interface Told {
  readonly at: (register: string, seq: number) => Value | undefined;
  readonly now: (register: string) => Value | undefined;
  readonly put: (register: string, seq: number, value: Value) => void;
  readonly names: () => readonly string[];
}

/**
 * Plays a record as products do that copy whole rows: one of two saves that did not know each other stands, with all its fields, also those
 * that its author never touched. What their row held is what they had seen, which the changes themselves depend on.
 */
export function openRowPlayer(table: Table, preset: Preset): Player {
  const told = openTold();
  const knowledge = openKnowledge();
  const lost: Loss[] = [];
  /** By system, what it set itself and has not seen taken over. */
  const own = new Map<SystemId, Map<string, { readonly seq: number; readonly value: Value }>>();
  let open: readonly OpenSave[] = [];
  const sources = new Map<string, Save>();

  function lose(edits: readonly EditTold[]): readonly Loss[] {
    const isGone = told.now(LIFE) === 'deleted';
    return edits
      .filter((edit) => (isGone && edit.register !== LIFE) || !sameValue(told.now(edit.register), edit.value))
      .map((edit) => ({ edit, rule: preset.name, stands: isGone ? 'deleted' : (told.now(edit.register) ?? null) }));
  }

  /** First copies are no saves: where they differ, one of them stands, and nobody lost what they did. */
  function seed({ change }: Moment): void {
    for (const { register, value } of change.edits) {
      const source = sources.get(register);
      if (!source || isEmpty(told.now(register)) || preset.beats(source, change)) {
        told.put(register, change.seq, value);
        sources.set(register, change);
      }
    }
  }

  function save({ change }: Moment, seen: number): void {
    const isKnown = (other: OpenSave): boolean => change.system === PERSON || other.seq <= seen;
    const mine = open.find((other) => other.system === change.system);
    // Who has not seen the others' saves still has their own earlier ones in the row.
    const kept =
      mine && !isKnown(mine) ? mine.carried.filter(({ register }) => change.edits.every((edit) => edit.register !== register)) : [];
    const past = open.filter((other) => isKnown(other));
    lost.push(...past.flatMap(({ carried }) => lose(carried)));
    const incoming: OpenSave = {
      seq: change.seq,
      system: change.system,
      stamp: change.stamp,
      row: rowOf(change, seen),
      carried: [...kept, ...change.edits],
    };
    const rivals = open.filter((other) => !isKnown(other) && other.system !== change.system);
    const isBarred = preset.master !== undefined && ![preset.master, PERSON].includes(change.system) && told.names().length > 0;
    const stands = !isBarred && rivals.every((rival) => preset.beats(rival, incoming));
    open = [...rivals, incoming];
    if (stands) for (const [register, value] of incoming.row) put(register, change, value);
  }

  function put(register: string, source: Save, value: Value): void {
    if (!sameValue(told.now(register), value)) told.put(register, source.seq, value);
    sources.set(register, source);
  }

  /** The author's whole row: what they set, on top of what they had been told. */
  function rowOf({ system, edits }: Moment['change'], seen: number): Row {
    const set = edits.map(({ register, value }) => [register, value] as const);
    if (system === PERSON || edits.some(({ register, value }) => register === LIFE && value === 'deleted')) return new Map(set);
    const names = told.names().filter((name) => name !== LIFE && isCarried(table, name, system));
    const rest = names.flatMap((name) => {
      const mine = own.get(system)?.get(name);
      const value = mine && mine.seq > seen ? mine.value : told.at(name, seen);
      return value === undefined ? [] : [[name, value] as const];
    });
    return new Map([[LIFE, 'live'], ...rest, ...set.filter(([name]) => name === LIFE || isCarried(table, name, system))]);
  }

  function remember({ change: { system, seq, edits } }: Moment): void {
    const row = own.get(system) ?? new Map<string, { readonly seq: number; readonly value: Value }>();
    own.set(system, row);
    for (const { register, value } of edits) row.set(register, { seq, value });
  }

  function standingOf(register: string): Standing | undefined {
    const value = told.now(register);
    if (value === undefined) return undefined;
    return { value, held: false, ...(open.length > 1 ? { rule: preset.name, reason: `${preset.name}: a whole row stands` } : {}) };
  }

  /** What stood where the history begins, each value by whoever set it; nobody has anything to lose of it any more. */
  function begin({ seq, epoch }: Moment['change']): void {
    const { registers = {}, life } = epoch?.opening ?? NOTHING;
    for (const [name, register] of [...Object.entries(registers), ...(life ? [[LIFE, life] as const] : [])]) {
      const edit = frontierIn(register).at(-1);
      told.put(name, seq, register.value);
      if (edit) sources.set(name, { seq, system: edit.system, stamp: edit.stamp });
    }
  }

  return {
    take(moment) {
      if (moment.change.epoch) {
        knowledge.seen(moment);
        begin(moment.change);
        return [];
      }
      const { edits } = moment.change;
      const before = new Map(edits.map(({ register }) => [register, told.now(register)]));
      const seen = knowledge.seen(moment);
      if (isFirstCopy(moment)) seed(moment);
      else save(moment, seen);
      remember(moment);
      return edits.flatMap(({ register }): readonly Played[] => {
        const standing = standingOf(register);
        const isNew = !sameValue(before.get(register), standing?.value);
        return standing ? [{ register, standing, writes: isNew ? othersOf(table, register, moment.change.system) : 0 }] : [];
      });
    },
    standing: standingOf,
    registers: told.names,
    losses: () => [...lost, ...open.flatMap(({ carried }) => lose(carried))],
  };
}

/** Whether a save in this system takes the register anywhere. */
function isCarried(table: Table, register: string, system: SystemId): boolean {
  const rule = table.registers.get(register);
  return rule !== undefined && rule.reads(system) && table.systems.some((other) => other !== system && rule.writes(other));
}

/** The other systems that a value is written to. */
function othersOf({ systems, registers }: Table, register: string, author: SystemId): number {
  const rule = registers.get(register);
  return systems.filter((system) => system !== author && (rule?.writes(system) ?? register === LIFE)).length;
}

const NOTHING: Partial<Opening> = {};

/** So many earlier values of a field are remembered at the least. */
const VALUES_MAX = 10_000;

function openTold(): Told {
  const values = new Map<string, { readonly seq: number; readonly value: Value }[]>();
  return {
    at: (register, seq) => values.get(register)?.findLast((entry) => entry.seq <= seq)?.value,
    now: (register) => values.get(register)?.at(-1)?.value,
    put(register, seq, value) {
      const list = values.get(register) ?? [];
      values.set(register, list);
      list.push({ seq, value });
      if (list.length > 2 * VALUES_MAX) list.splice(0, VALUES_MAX);
    },
    names: () => [...values.keys()],
  };
}
