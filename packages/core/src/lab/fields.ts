import { fieldsOf, type RegisterRule, type Table } from '../map/compile.ts';
import { decideSeeded } from '../merge/seed.ts';
import { damp, settledFor } from '../merge/flapping.ts';
import { viewOf } from '../merge/frontier.ts';
import { doubted, STILL_IN_DOUBT, UNKNOWN_BASE } from '../merge/possible-bases.ts';
import { GAVE_WAY, gaveWay } from '../merge/refused.ts';
import { standingOf } from '../merge/standing.ts';
import { inTurn, valueAfter, withComputed, type Bench, type Judged } from '../merge/turns.ts';
import { must } from '../errors/must.ts';
import { PERSON } from '../record/actors.ts';
import { LIFE, type Register } from '../record/record.ts';
import type { Epoch, Opening } from '../ports/epoch.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import { sameValue } from '../values.ts';
import type { Decision } from '../merge/decide.ts';
import { isFirstCopy, openKnowledge } from './knowledge.ts';
import { isBack, lostWithLife, openLife, playLife } from './life.ts';
import { heldAsTold, type Moment } from './moments.ts';
import { lifeFrom, lifeOpening, openingFrom, replayedFrom } from './opening.ts';
import type { Loss, Played, Player } from './player.ts';
import { admitTold, gather, openReplayed, openTurns, settleReplayed, type Replayed } from './register.ts';

/** Plays a record field by field, under the policies of a table map. */
export function openFieldPlayer(table: Table): Player & { opening(): Opening } {
  const registers = new Map<string, Replayed>();
  let life = openLife();
  const turns = openTurns();
  // Only where rules look at other fields does it matter who had seen what of the whole record.
  const knowledge = table.readers.size === 0 && table.invariants.length === 0 ? undefined : openKnowledge();

  function admitFields({ change }: Moment): readonly string[] {
    return change.edits.flatMap((told) => {
      const rule = table.registers.get(told.register);
      if (!rule) return [];
      if (isBack(life, change.system, table)) gather(open(told.register));
      admitTold(open(told.register), told, rule, turns.next(told.system), change.seq);
      return [told.register];
    });
  }

  function open(name: string): Replayed {
    const replayed = registers.get(name) ?? openReplayed(ruleOf(name).fields.length);
    registers.set(name, replayed);
    return replayed;
  }

  function settle(judged: Judged, seq: number, isTouched: boolean): Played {
    const replayed = open(judged.name);
    settleReplayed(replayed, judged, { seq, isTouched });
    return { register: judged.name, standing: replayed.standing, writes: writesOf(table, ruleOf(judged.name), judged) };
  }

  function benchAt(moment: Moment, isOpen: ReturnType<typeof openedBy>): Bench {
    const known = new Set([...moment.change.edits.map(({ register }) => register), ...(moment.change.again ?? [])]);
    const registerOf = (name: string): Register => registers.get(name)?.register ?? openReplayed(ruleOf(name).fields.length).register;
    return {
      table,
      register: (name) => registers.get(name)?.register,
      registerOf,
      decide: (name, register, fields) => {
        const rule = ruleOf(name);
        const decideNow = (): Decision => decideSeeded(table, rule, viewOf(register, rule, fields));
        return heldAt(moment, name, rule, decideNow) ?? stillInDoubt(moment, name, registers.get(name)) ?? decideNow();
      },
      standing: (name) => {
        const replayed = registers.get(name);
        return replayed && standingOf(replayed.register);
      },
      isOpen: (name) => {
        const replayed = registers.get(name);
        // What waits for a person does not come to rest.
        return replayed !== undefined && (known.has(name) || replayed.register.held !== undefined || isOpen(name, replayed));
      },
      isRuled: (name) => moment.change.system === PERSON && moment.change.edits.some(({ register }) => register === name),
    };
  }

  function playFields(moment: Moment, isOpen: ReturnType<typeof openedBy>): readonly Played[] {
    const { seq } = moment.change;
    const names = admitFields(moment);
    const bench = benchAt(moment, isOpen);
    const played = inTurn(bench, names).map((judged) => {
      const isTouched = names.includes(judged.name);
      return settle(bench.isRuled(judged.name) ? settledFor(judged) : damp(judged, seq, isTouched), seq, isTouched);
    });
    const refused = moment.resolutions.flatMap((told) => givenWay(table, bench, told));
    return refused.length === 0 ? played : [...played, ...withComputed(bench, refused).map((judged) => settle(judged, seq, false))];
  }

  /** Takes what stood where the history begins. What other policies do not have is left out, as it is when an edit of it is played. */
  function begin({ opening }: Epoch): void {
    turns.count = opening.turns;
    if (opening.life) life = lifeFrom(opening.life);
    for (const [name, told] of Object.entries(opening.registers)) if (table.registers.has(name)) registers.set(name, replayedFrom(told));
  }

  const ruleOf = (name: string): RegisterRule => must(table.registers.get(name), 'a register that is played is in the table map');

  return {
    take(moment) {
      if (moment.change.epoch) {
        knowledge?.seen(moment);
        begin(moment.change.epoch);
        return [];
      }
      const played = playFields(moment, openedBy(table, moment, knowledge?.seen(moment) ?? 0));
      const lifeBefore = life.standing.value;
      const decision = playLife(life, moment, table, turns);
      if (!decision) return played;
      const writes = life.standing.value === lifeBefore || life.standing.held ? 0 : table.systems.length - 1;
      return [...played, { register: LIFE, standing: life.standing, writes }];
    },
    standing: (name) => (name === LIFE ? life : registers.get(name))?.standing,
    registers: () => [LIFE, ...registers.keys()],
    opening: () => ({
      turns: turns.count,
      registers: Object.fromEntries([...registers].map(([name, replayed]) => [name, openingFrom(replayed)])),
      ...(life.register.count === 0 ? {} : { life: lifeOpening(life) }),
    }),
    losses: () => [...[life, ...registers.values()].flatMap(lossesOf), ...lostWithLife(life)],
  };
}

/**
 * What no edit of the record tells is taken as told: that another record has the value, and that a write of which nobody heard may have
 * arrived.
 */
function heldAt({ resolutions }: Moment, name: string, rule: RegisterRule, decideNow: () => Decision): Decision | undefined {
  const told = resolutions.findLast(({ register }) => register === name);
  if (told?.kind !== 'held') return undefined;
  if (told.rule === UNKNOWN_BASE) return doubted(decideNow(), rule, told.reason);
  return told.rule === 'unique' ? heldAsTold(told) : undefined;
}

/** What it was made on is not known any better because other fields are looked at. */
function stillInDoubt({ change }: Moment, name: string, replayed: Replayed | undefined): Decision | undefined {
  const { held = false, rule } = replayed?.standing ?? {};
  const isIn = held && rule === UNKNOWN_BASE && !change.edits.some(({ register }) => register === name);
  return isIn ? STILL_IN_DOUBT : undefined;
}

/** What a system said to a write is in no edit either. */
function givenWay(table: Table, bench: Bench, { register: name, rule, value, reason }: ResolutionTold): readonly Judged[] {
  if (rule !== GAVE_WAY || value === undefined || !table.registers.has(name)) return [];
  return [gaveWay(name, bench.registerOf(name), value, reason)];
}

/**
 * Whether somebody had yet to see the edits of a register when a moment changed a field that its conditions look at. Where the ledger looked
 * at it again, the change says so; where only other policies would have, no edit tells whether it had come to rest by then, but what the
 * author of the moment had not seen was not seen by all.
 */
function openedBy(table: Table, moment: Moment, seen: number): (name: string, replayed: Replayed) => boolean {
  const { change, answers, resolutions } = moment;
  const isTold = (name: string): boolean => {
    const paths = new Set(fieldsOf(table, name).map((field) => `/${field}`));
    const isPatched = [change, ...answers].some(({ patch }) => patch.some(({ path }) => paths.has(path)));
    return isPatched || resolutions.some(({ register }) => register === name);
  };
  const canTell = change.system !== PERSON && !isFirstCopy(moment);
  return (name, { register, brought }) =>
    isTold(name) ||
    (canTell &&
      table.registers.get(name)?.holders.includes(change.system) === true &&
      register.frontier.some(({ system, number }) => system !== change.system && (brought.get(number) ?? 0) > seen));
}

function lossesOf({ lost, losing, standing }: Replayed): readonly Loss[] {
  return [...lost, ...[...losing.values()].map(({ edit, rule }) => ({ edit, rule, stands: standing.value }))];
}

/** The systems that would have to be written to: those that hold, or have just set, something else. */
function writesOf({ systems }: Table, rule: RegisterRule, turned: Judged): number {
  const { register, decision } = turned;
  if (decision.kind === 'held' && decision.provisional === undefined) return 0;
  const value = valueAfter(turned);
  return systems.filter((system) => {
    if (!rule.writes(system)) return false;
    const own = register.frontier.find((edit) => edit.system === system);
    return own ? !sameValue(own.value, value) : !sameValue(register.value, value);
  }).length;
}
