import { fieldsOf, type RegisterRule, type Table } from '../map/compile.ts';
import { decideSeeded } from '../merge/seed.ts';
import { viewOf } from '../merge/frontier.ts';
import { fieldsFor, inTurn, valueAfter, type Decided, type Turn } from '../merge/turns.ts';
import { must } from '../errors/must.ts';
import { PERSON } from '../record/actors.ts';
import { LIFE } from '../record/record.ts';
import { sameValue } from '../values.ts';
import { isFirstCopy, openKnowledge } from './knowledge.ts';
import { lostWithLife, openLife, playLife } from './life.ts';
import type { Moment } from './moments.ts';
import type { Loss, Played, Player } from './player.ts';
import { admitTold, openReplayed, openTurns, settleReplayed, type Replayed } from './register.ts';

/** Plays a record field by field, under the policies of a table map. */
export function openFieldPlayer(table: Table): Player {
  const registers = new Map<string, Replayed>();
  const life = openLife();
  const turn = openTurns();
  // Only where rules look at other fields does it matter who had seen what of the whole record.
  const knowledge = table.readers.size === 0 ? undefined : openKnowledge();

  function admitFields({ change }: Moment): readonly string[] {
    return change.edits.flatMap((told) => {
      const rule = table.registers.get(told.register);
      if (!rule) return [];
      const replayed = registers.get(told.register) ?? openReplayed(rule.fields.length);
      registers.set(told.register, replayed);
      admitTold(replayed, told, rule, turn(told.system), change.seq);
      return [told.register];
    });
  }

  function judgeOne(name: string, decided: Decided): Turn {
    const { register } = ofRegister(name);
    const rule = ruleOf(name);
    const fields = fieldsFor(rule, decided, (other) => registers.get(other)?.register.value);
    return { name, register, decision: decideSeeded(table, rule, viewOf(register, rule, fields)) };
  }

  function settle(turned: Turn): Played {
    const replayed = ofRegister(turned.name);
    settleReplayed(replayed, turned);
    return { register: turned.name, standing: replayed.standing, writes: writesOf(table, ruleOf(turned.name), turned) };
  }

  const ruleOf = (name: string): RegisterRule => must(table.registers.get(name), 'a register that is played is in the table map');
  const ofRegister = (name: string): Replayed => must(registers.get(name), 'a register that is decided was told');

  return {
    take(moment) {
      const isOpen = openedBy(table, moment, knowledge?.seen(moment) ?? 0);
      const names = admitFields(moment);
      const turns = inTurn(table, names, {
        decide: judgeOne,
        isOpen: (name) => {
          const replayed = registers.get(name);
          return replayed !== undefined && isOpen(name, replayed);
        },
      });
      const played = turns.map(settle);
      const lifeBefore = life.standing.value;
      const decision = playLife(life, moment, table, turn);
      if (!decision) return played;
      const writes = life.standing.value === lifeBefore || life.standing.held ? 0 : table.systems.length - 1;
      return [...played, { register: LIFE, standing: life.standing, writes }];
    },
    standing: (name) => (name === LIFE ? life : registers.get(name))?.standing,
    registers: () => [LIFE, ...registers.keys()],
    losses: () => [...[life, ...registers.values()].flatMap(lossesOf), ...lostWithLife(life)],
  };
}

/**
 * Whether somebody had yet to see the edits of a register when a moment changed a field that its conditions look at. No edit tells when a
 * register came to rest; but the ledger shows where it was looked at again and came to something else, and what the author of the moment
 * had not seen was not seen by all.
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
function writesOf({ systems }: Table, rule: RegisterRule, turned: Turn): number {
  const { register, decision } = turned;
  if (decision.kind === 'held' && decision.provisional === undefined) return 0;
  const value = valueAfter(turned);
  return systems.filter((system) => {
    if (!rule.writes(system)) return false;
    const own = register.frontier.find((edit) => edit.system === system);
    return own ? !sameValue(own.value, value) : !sameValue(register.value, value);
  }).length;
}
