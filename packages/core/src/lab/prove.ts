import type { Table } from '../map/compile.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import { openFieldPlayer } from './fields.ts';
import { momentsOf, type Moment } from './moments.ts';
import { changesOf, type LabLedger, type Paging } from './pages.ts';
import type { Player, Standing } from './player.ts';

/** A register that does not come to what the ledger holds. */
export interface Difference {
  readonly register: string;
  readonly stored: Pick<Standing, 'value' | 'held'>;
  readonly played: Standing | undefined;
  /** The number of the first change of which something else was decided. */
  readonly firstSeq?: number;
  /** What was decided of it then, as the ledger tells. */
  readonly told?: { readonly rule: string; readonly value?: Value };
  /** The rule that decided it in the ledger and is not configured any more: then no other value was to be expected. */
  readonly ruleChanged?: string;
}

export interface Proof {
  readonly registers: number;
  readonly changes: number;
  readonly differences: readonly Difference[];
}

/** Says of every answer whether it came about by these. They are no policies, so no change of policies explains them. */
const NO_POLICIES: ReadonlySet<string> = new Set(['convergent', 'ruling']);

/** Recomputes a record from its stored edits alone, under the configured policies, and holds it against its row. */
export async function prove(ledger: LabLedger, table: Table, record: RecordState, paging: Paging = {}): Promise<Proof> {
  // A register that was at rest when a system joined had forgotten how it came about; whether it was, no edit tells. Both are played.
  const players = [openFieldPlayer(table), openFieldPlayer(table, { rested: true })] as const;
  const firsts = new Map<string, { readonly seq: number; readonly told?: ResolutionTold }>();
  const rules = new Map<string, string>();
  let changes = 0;
  for await (const moment of momentsOf(changesOf(ledger, record.id, paging))) {
    changes += 1 + moment.answers.length;
    follow(moment, players, firsts);
    for (const { register, rule } of moment.resolutions) if (!NO_POLICIES.has(rule)) rules.set(register, rule);
  }
  const registers = Object.entries(record.registers).filter(
    ([name, { count }]) => count > 0 && (name === LIFE || table.registers.has(name)),
  );
  const differences = registers.flatMap(([name, { value, held, verdict }]) => {
    const stored = { value, held: held !== undefined };
    if (players.some((player) => agrees(player.standing(name), stored))) return [];
    const first = firsts.get(name);
    const rule = ruleThen(name, table, [verdict?.rule, rules.get(name), first?.told?.rule]);
    const told = first?.told && { rule: first.told.rule, ...(first.told.value === undefined ? {} : { value: first.told.value }) };
    return {
      register: name,
      stored,
      played: players[0].standing(name),
      ...(first ? { firstSeq: first.seq } : {}),
      ...(told ? { told } : {}),
      ...(rule === undefined ? {} : { ruleChanged: rule }),
    };
  });
  return { registers: registers.length, changes, differences };
}

/** Notes the first moment at which either way of playing comes to something else than was told. */
function follow(
  moment: Moment,
  players: readonly [Player, Player],
  firsts: Map<string, { readonly seq: number; readonly told?: ResolutionTold }>,
): void {
  const [played, rested] = [players[0].take(moment), players[1].take(moment)];
  for (const { register, standing } of played) {
    const told = moment.resolutions.find((resolution) => resolution.register === register);
    const other = rested.find((candidate) => candidate.register === register)?.standing;
    if (firsts.has(register) || isTold(moment, register, standing, told) || (other && isTold(moment, register, other, told))) continue;
    firsts.set(register, { seq: moment.change.seq, ...(told ? { told } : {}) });
  }
}

function isTold({ change }: Moment, register: string, standing: Standing, told: ResolutionTold | undefined): boolean {
  if (told?.kind === 'held') return standing.held;
  if (told) return !standing.held && sameValue(standing.value, told.value);
  // Nothing was told: the edit stands as it was made.
  const edit = change.edits.find((candidate) => candidate.register === register);
  return !standing.held && (edit === undefined || sameValue(edit.value, standing.value));
}

function agrees(played: Standing | undefined, stored: Pick<Standing, 'value' | 'held'>): boolean {
  return played !== undefined && played.held === stored.held && sameValue(played.value, stored.value);
}

function ruleThen(register: string, table: Table, rules: readonly (string | undefined)[]): string | undefined {
  const configured = register === LIFE ? table.map.delete : table.registers.get(register)?.map.policy.name;
  return rules.find((rule) => rule !== undefined && rule !== configured && !NO_POLICIES.has(rule));
}
