import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Decision } from '../merge/decision.ts';
import { DECIDED_ELSEWHERE } from '../merge/closing-in.ts';
import { frontierIn } from '../merge/frontier.ts';
import { judgeLife } from '../merge/life.ts';
import type { EditTold, ResolutionTold } from '../ports/plan.ts';
import { PERSON } from '../register/actors.ts';
import { LIFE } from '../record/record.ts';
import { heldAsTold, type Moment } from './moments.ts';
import type { Loss } from './player.ts';
import { admitTold, openReplayed, settleReplayed, type Replayed, type ReplayClosing, type Turns } from './register.ts';

const CLOSING: ReplayClosing = { policy: () => DECIDED_ELSEWHERE, isWholeOnly: true };

/** A record's life in a replay. */
export interface ReplayedLife extends Replayed {
  /** Whether the record counted as deleted, or waited, in the ledger: from then on every edit may speak against it. */
  wasDead: boolean;
  rivals: readonly EditTold[];
  /** The systems whose people made, edited or deleted the record, and whether they have it still. */
  readonly has: Map<SystemId, boolean>;
}

export function openLife(): ReplayedLife {
  return { ...openReplayed(1), wasDead: false, rivals: [], has: new Map() };
}

/**
 * Decides the record's life anew. Which edits a deletion had not seen hangs on what its author held of every field, which no edit tells;
 * but whenever there were any, the ledger told them all as contributors.
 */
export function playLife(life: ReplayedLife, { change, resolutions }: Moment, table: Table, turns: Turns): Decision | undefined {
  const edits = change.edits.filter(({ register }) => register === LIFE);
  if (change.system !== PERSON) life.has.set(change.system, !edits.some(({ value }) => value === 'deleted'));
  const judged =
    edits.length > 0 || change.again?.includes(LIFE) === true || (life.wasDead && change.system !== PERSON && change.edits.length > 0);
  if (!judged) return undefined;
  for (const edit of edits) admitTold(life, { told: edit, op: turns.next(edit.system), seq: change.seq }, CLOSING);
  const told = resolutions.findLast(({ register }) => register === LIFE);
  life.rivals = rivalsIn(told);
  const isGone = isGoneEverywhere(life, table, told);
  const decided = judgeLife(table.map.delete, { frontier: frontierIn(life.register), rivals: life.rivals, isGone });
  const decision = keptBy(told, decided) ?? decided;
  settleReplayed(life, { name: LIFE, register: life.register, decision }, { seq: change.seq, isTouched: true });
  life.wasDead = told
    ? told.kind === 'held' || told.value === 'deleted'
    : frontierIn(life.register).some(({ value }) => value === 'deleted');
  return decision;
}

/** Who has the row without ever having edited it, no edit tells; but where the ledger left a deletion alone, it said so unless it was the last. */
function isGoneEverywhere({ has }: ReplayedLife, { systems }: Table, told: ResolutionTold | undefined): boolean {
  if (systems.every((system) => has.get(system) === false)) return true;
  // That several came to the same is told also of the last ones.
  const isLast = told === undefined || told.code === 'C05';
  return isLast && has.size > 0 && [...has.values()].every((one) => !one);
}

/** What other records had to say to a deletion is in their edits; here it is taken as told. */
function keptBy(told: ResolutionTold | undefined, decision: Decision): Decision | undefined {
  if (told?.kind !== 'held' || told.rule === 'manual' || decision.kind === 'held' || decision.value !== 'deleted') return undefined;
  return heldAsTold(told);
}

function rivalsIn(told: ResolutionTold | undefined): readonly EditTold[] {
  return told?.contributors.filter(({ register }) => register !== LIFE) ?? [];
}

/** The edits of fields that went down with the record. */
export function lostWithLife(life: ReplayedLife): readonly Loss[] {
  const { standing, rivals } = life;
  if (standing.held || standing.value !== 'deleted') return [];
  return rivals.map((edit) => ({ edit, rule: standing.rule ?? 'deleted', stands: 'deleted' }));
}
