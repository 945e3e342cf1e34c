import type { EntityName, RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { nameOfDelete } from '../merge/life.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { sameValue } from '../values.ts';
import { nameOf } from './call.ts';
import type { Moment } from './moments.ts';
import type { Loss, Played, Player, Standing } from './player.ts';

/** A record in which a register comes to something else. */
export interface Example {
  readonly record: RecordId;
  /** What people call it. */
  readonly name: string;
  readonly before: Standing;
  readonly after: Standing;
}

/** How one register fares under either set of policies, over all records. */
export interface RegisterTally {
  readonly entity: EntityName;
  readonly register: string;
  readonly fields: readonly string[];
  /** The rules as configured, by name. */
  readonly before: string;
  readonly after: string;
  /** Edits, and of these the ones after which the register came to something else. */
  edits: number;
  differing: number;
  /** Records in which it stands at something else now. */
  standing: number;
  newlyHeld: number;
  noLongerHeld: number;
  /** Estimated writes: each time that it came to another value, the systems that did not hold it. */
  readonly writes: { before: number; after: number };
  readonly lost: { before: number; after: number };
  readonly examples: Example[];
}

/** An edit that is lost under one set of policies only. */
export interface LossTold extends Loss {
  readonly entity: EntityName;
  readonly record: RecordId;
  readonly name: string;
}

export interface Losses {
  before: number;
  after: number;
  both: number;
  readonly onlyBefore: LossTold[];
  readonly onlyAfter: LossTold[];
}

export interface TallyLimits {
  /** Examples of each register. */
  readonly examples: number;
  /** Lost edits of each list. */
  readonly losses: number;
  /** What was edited earlier is played, and not counted. */
  readonly sinceMs: number;
}

/** The two tables of one entity, and what the other side's rules are called. */
export interface Versus {
  readonly table: Table;
  readonly ruleAfter: (register: string) => string;
}

/** What one of the two players made of a moment. */
export interface PlayedBy {
  readonly player: Player;
  readonly played: readonly Played[];
}

export interface Tally {
  moment(versus: Versus, moment: Moment, before: PlayedBy, after: PlayedBy): void;
  record(versus: Versus, record: RecordState, before: Player, after: Player): void;
  readonly registers: ReadonlyMap<string, RegisterTally>;
  readonly losses: Losses;
}

export function openTally(limits: TallyLimits): Tally {
  const registers = new Map<string, RegisterTally>();
  const losses: Losses = { before: 0, after: 0, both: 0, onlyBefore: [], onlyAfter: [] };

  function of({ table, ruleAfter }: Versus, register: string): RegisterTally {
    const place = `${table.map.entity}.${register}`;
    const found = registers.get(place) ?? blank(table, register, ruleAfter(register));
    registers.set(place, found);
    return found;
  }

  function lose(versus: Versus, { id, entity }: RecordState, name: string, before: readonly Loss[], after: readonly Loss[]): void {
    const counted = (loss: Loss): boolean => loss.edit.stamp.ms >= limits.sinceMs;
    const sides = [before.filter(counted), after.filter(counted)] as const;
    const names = sides.map((list) => new Set(list.map(placeOf)));
    const told = (loss: Loss): LossTold => ({ ...loss, entity, record: id, name });
    for (const loss of sides[0]) {
      losses.before += 1;
      of(versus, loss.edit.register).lost.before += 1;
      if (names[1]?.has(placeOf(loss)) === true) losses.both += 1;
      else if (losses.onlyBefore.length < limits.losses) losses.onlyBefore.push(told(loss));
    }
    for (const loss of sides[1]) {
      losses.after += 1;
      of(versus, loss.edit.register).lost.after += 1;
      if (names[0]?.has(placeOf(loss)) !== true && losses.onlyAfter.length < limits.losses) losses.onlyAfter.push(told(loss));
    }
  }

  function stand(versus: Versus, record: RecordState, name: string, register: string, [a, b]: readonly [Standing, Standing]): void {
    if (sameStanding(a, b)) return;
    const tally = of(versus, register);
    if (!sameValue(a.value, b.value)) tally.standing += 1;
    if (b.held && !a.held) tally.newlyHeld += 1;
    if (a.held && !b.held) tally.noLongerHeld += 1;
    if (tally.examples.length < limits.examples) tally.examples.push({ record: record.id, name, before: a, after: b });
  }

  return {
    registers,
    losses,
    moment(versus, { change }, before, after) {
      if (change.stamp.ms < limits.sinceMs) return;
      const edited = new Set(change.edits.map(({ register }) => register));
      for (const register of new Set([...before.played, ...after.played].map((one) => one.register))) {
        const [a, b] = [playedOf(before, register), playedOf(after, register)];
        if (!a || !b) continue;
        const tally = of(versus, register);
        if (edited.has(register)) tally.edits += 1;
        tally.writes.before += a.writes;
        tally.writes.after += b.writes;
        if (edited.has(register) && !sameStanding(a.standing, b.standing)) tally.differing += 1;
      }
    },
    record(versus, record, before, after) {
      const name = nameOf(versus.table, record);
      for (const register of before.registers()) {
        const [a, b] = [before.standing(register), after.standing(register)];
        if (a && b) stand(versus, record, name, register, [a, b]);
      }
      lose(versus, record, name, before.losses(), after.losses());
    },
  };
}

function blank({ map, registers }: Table, register: string, after: string): RegisterTally {
  const rule = registers.get(register);
  return {
    entity: map.entity,
    register,
    fields: rule?.fields ?? [register],
    before: register === LIFE ? nameOfDelete(map.delete) : (rule?.map.policy.name ?? ''),
    after,
    edits: 0,
    differing: 0,
    standing: 0,
    newlyHeld: 0,
    noLongerHeld: 0,
    writes: { before: 0, after: 0 },
    lost: { before: 0, after: 0 },
    examples: [],
  };
}

/** A register that one of the two did not look at stands there as it did. */
function playedOf({ player, played }: PlayedBy, register: string): Omit<Played, 'register'> | undefined {
  const standing = player.standing(register);
  return played.find((one) => one.register === register) ?? (standing && { standing, writes: 0 });
}

function sameStanding(a: Standing, b: Standing): boolean {
  return a.held === b.held && sameValue(a.value, b.value);
}

function placeOf({ edit }: Loss): string {
  return `${edit.register} ${edit.number}`;
}
