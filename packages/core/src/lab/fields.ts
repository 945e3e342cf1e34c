import type { RegisterRule, Table } from '../map/compile.ts';
import type { Decision } from '../merge/decide.ts';
import { LIFE } from '../record/record.ts';
import { isTuple, sameValue, type Scalar, type Value } from '../values.ts';
import { lostWithLife, openLife, playLife } from './life.ts';
import type { Moment } from './moments.ts';
import type { Loss, Played, Player } from './player.ts';
import { admitTold, judgeReplayed, openReplayed, openTurns, restReplayed, type Replayed } from './register.ts';

export interface FieldPlaying {
  /** Suppose that a register was at rest whenever a system told of it for the first time. */
  readonly rested?: boolean;
}

/** Plays a record field by field, under the policies of a table map. */
export function openFieldPlayer(table: Table, { rested = false }: FieldPlaying = {}): Player {
  const registers = new Map<string, Replayed>();
  const authors = new Set<string>();
  const life = openLife();
  /** One object for the whole replay: conditions read what is decided up to now. */
  const fields: Record<string, Scalar> = {};
  const turn = openTurns();

  function playField(name: string, rule: RegisterRule, replayed: Replayed): Played {
    const before = replayed.standing.value;
    const decision = judgeReplayed(replayed, name, rule, fields);
    const { standing } = replayed;
    note(rule, standing.value);
    return { register: name, standing, writes: writesOf(table, rule, replayed, before, decision) };
  }

  function note({ fields: names }: RegisterRule, value: Value): void {
    names.forEach((field, index) => (fields[field] = isTuple(value) ? (value[index] ?? null) : value));
  }

  function admitFields({ change }: Moment): readonly (readonly [string, RegisterRule, Replayed])[] {
    return change.edits.flatMap((told) => {
      const rule = table.registers.get(told.register);
      if (!rule) return [];
      const replayed = registers.get(told.register) ?? openReplayed(rule.fields.length);
      registers.set(told.register, replayed);
      const author = `${told.system} ${told.register}`;
      if (rested && !authors.has(author) && told.saw < replayed.register.count) restReplayed(replayed);
      authors.add(author);
      admitTold(replayed, told, rule, turn(told.system));
      return [[told.register, rule, replayed] as const];
    });
  }

  return {
    take(moment) {
      const touched = admitFields(moment);
      const played = touched.map(([name, rule, replayed]) => playField(name, rule, replayed));
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

function lossesOf({ lost, losing, standing }: Replayed): readonly Loss[] {
  return [...lost, ...[...losing.values()].map(({ edit, rule }) => ({ edit, rule, stands: standing.value }))];
}

/** The systems that would have to be written to: those that hold, or have just set, something else. */
function writesOf({ systems }: Table, rule: RegisterRule, { register }: Replayed, before: Value, decision: Decision): number {
  if (decision.kind === 'held') return 0;
  const { value } = decision;
  return systems.filter((system) => {
    if (!rule.writes(system)) return false;
    const own = register.frontier.find((edit) => edit.system === system);
    return own ? !sameValue(own.value, value) : !sameValue(before, value);
  }).length;
}
