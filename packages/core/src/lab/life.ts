import { opId, type OpId, type SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Decision } from '../merge/decide.ts';
import { blankRegister } from '../merge/frontier.ts';
import { decideLife } from '../merge/life.ts';
import { PLAIN } from '../policy/kind.ts';
import type { EditTold, ResolutionTold } from '../ports/plan.ts';
import { actorOf, PERSON } from '../record/actors.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import type { Moment } from './moments.ts';
import type { Loss } from './player.ts';
import { admitTold, openReplayed, settleReplayed, type Replayed } from './register.ts';

const LIFE_RULE = { traits: PLAIN, type: { kind: 'text' } } as const;
/** Later than any operation of a deletion: what the ledger told as its rival had not been seen by it. */
const RIVAL_TURN = 2 ** 40;

/** A record's life in a replay. */
export interface ReplayedLife extends Replayed {
  /** Whether the record counted as deleted, or waited, in the ledger: from then on every edit may speak against it. */
  wasDead: boolean;
  rivals: readonly EditTold[];
}

export function openLife(): ReplayedLife {
  return { ...openReplayed(1), wasDead: false, rivals: [] };
}

/**
 * Decides the record's life anew. Which edits a deletion had not seen hangs on what its author held of every field, which no edit tells;
 * but whenever there were any, the ledger told them all as contributors.
 */
export function playLife(
  life: ReplayedLife,
  { change, resolutions }: Moment,
  table: Table,
  turn: (system: SystemId) => OpId,
): Decision | undefined {
  const edits = change.edits.filter(({ register }) => register === LIFE);
  const judged = edits.length > 0 || (life.wasDead && change.system !== PERSON && change.edits.length > 0);
  if (!judged) return undefined;
  for (const edit of edits) admitTold(life, edit, LIFE_RULE, turn(edit.system));
  const told = resolutions.find(({ register }) => register === LIFE);
  life.rivals = rivalsIn(told);
  const decision = decideLife({ registers: registersFor(life), table });
  settleReplayed(life, LIFE, decision);
  life.wasDead = told ? told.kind === 'held' || told.value === 'deleted' : life.register.frontier.some(({ value }) => value === 'deleted');
  return decision;
}

function rivalsIn(told: ResolutionTold | undefined): readonly EditTold[] {
  return told?.contributors.filter(({ register }) => register !== LIFE) ?? [];
}

function registersFor(life: ReplayedLife): Readonly<Record<string, Register>> & Record<string, Register> {
  const names = [...new Set(life.rivals.map(({ register }) => register))];
  const others = names.map((name) => [name, { ...blankRegister(1), frontier: life.rivals.filter(isIn(name)).map(editOf) }] as const);
  return Object.fromEntries([...others, [LIFE, life.register]]);
}

function isIn(name: string): (edit: EditTold) => boolean {
  return ({ register }) => register === name;
}

function editOf({ register: _register, ...facts }: EditTold, index: number): Edit {
  return { ...facts, op: opId(RIVAL_TURN + index, actorOf(facts.system)) };
}

/** The edits of fields that went down with the record. */
export function lostWithLife(life: ReplayedLife): readonly Loss[] {
  const { standing, rivals } = life;
  if (standing.held || standing.value !== 'deleted') return [];
  return rivals.map((edit) => ({ edit, rule: standing.rule ?? 'deleted', stands: 'deleted' }));
}
