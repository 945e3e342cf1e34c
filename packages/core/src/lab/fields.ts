import { fieldsOf, type RegisterRule, type Table, isOfParts } from '../map/compile.ts';
import { isWholeOnly } from '../merge/closing-in.ts';
import { decideRegister, policyOf } from '../merge/deciding.ts';
import { damp, settledFor } from '../merge/flapping.ts';
import { frontierIn } from '../merge/frontier.ts';
import { GAVE_WAY, gaveWay } from '../merge/refused.ts';
import { fieldsAt, standingOf } from '../merge/standing.ts';
import { inTurn, valueAfter, withComputed, type Bench, type Judged } from '../merge/turns.ts';
import { must } from '../errors/must.ts';
import { PERSON } from '../register/actors.ts';
import { LIFE, type Register } from '../record/record.ts';
import type { Epoch, Opening } from '../ports/epoch.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import type { RegisterPolicy } from '../register/answer.ts';
import { sameValue, type Value } from '../values.ts';
import { PUT_BACK, type Decision } from '../merge/decision.ts';
import { isFirstCopy, openKnowledge } from './knowledge.ts';
import { lostWithLife, openLife, playLife } from './life.ts';
import { heldAsTold, type Moment } from './moments.ts';
import { lifeFrom, lifeOpening, openingFrom, replayedFrom } from './opening.ts';
import type { Loss, Played, Player } from './player.ts';
import { admitTold, openReplayed, openTurns, settleReplayed, type Replayed, type ReplayClosing } from './register.ts';

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
      admitTold(open(told.register), { told, op: turns.next(told.system), seq: change.seq }, closingOf(rule));
      return [told.register];
    });
  }

  function closingOf(rule: RegisterRule): ReplayClosing {
    const policy = (): RegisterPolicy => policyOf(rule, { seed: table.map.seed, fields: fieldsAt(rule.looksAt, standing) });
    return { policy, isWholeOnly: isWholeOnly(table, rule.name) };
  }

  function standing(name: string): Value | undefined {
    const replayed = registers.get(name);
    return replayed && standingOf(replayed.register);
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
        const decision = decideRegister(register, ruleOf(name), { seed: table.map.seed, fields });
        return heldAt(moment, name, decision) ?? decision;
      },
      standing,
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
      return settle(
        bench.isRuled(judged.name) ? settledFor(judged) : damp(judged, seq, isTouched && !isOfParts(table, judged.name)),
        seq,
        isTouched,
      );
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

/** What no edit of the record tells is taken as told: that another record has the value, or that a system was put back. */
function heldAt({ resolutions }: Moment, name: string, decision: Decision): Decision | undefined {
  const told = resolutions.findLast(({ register }) => register === name);
  if (told?.kind !== 'held' || (told.rule !== 'unique' && told.rule !== PUT_BACK)) return undefined;
  const base = decision.kind === 'agreed' ? undefined : decision.base;
  return { ...heldAsTold(told), ...(base === undefined ? {} : { base }) };
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
      frontierIn(register).some(({ system, number }) => system !== change.system && (brought.get(number) ?? 0) > seen));
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
    const own = frontierIn(register).find((edit) => edit.system === system);
    return own ? !sameValue(own.value, value) : !sameValue(register.value, value);
  }).length;
}
