import type { Table } from '../map/compile.ts';
import { PAGE_ROWS_MAX } from '../ports/ledger.ts';
import type { ChangeRow, ResolutionTold } from '../ports/plan.ts';
import { nameOfDelete } from '../merge/life.ts';
import { PUT_BACK } from '../merge/decision.ts';
import { REOPENED } from '../merge/reopen.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { registersIn } from '../record/registers.ts';
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
  /** Its beginning was compacted away: what stood then is taken as told. */
  readonly compacted: boolean;
  /** Registers of which values were erased, or that depend on such: where the edits come to something else, that proves nothing. */
  readonly erased: readonly string[];
}

/** No policies: no change of policies explains an answer that came about by these. */
const NO_POLICIES: ReadonlySet<string> = new Set(['convergent', 'ruling']);
/** A policy that would have decided even this, and told so, was not there yet. */
export const NO_RULE = 'no rule';

/** What the history says of a register, on the way. */
interface Recorded {
  value?: Value | undefined;
  held: boolean;
  /** The policy that decided it last. */
  rule?: string;
  first?: { readonly seq: number; readonly told?: ResolutionTold };
}

/** Recomputes a record from its stored edits alone, under the configured policies, and holds it against its row. */
export async function prove(ledger: LabLedger, table: Table, record: RecordState, paging: Paging = {}): Promise<Proof> {
  const player = openFieldPlayer(table);
  const history = new Map<string, Recorded>();
  const erased = new Set<string>();
  let [changes, compacted] = [0, false];
  for await (const moment of momentsOf(changesOf(ledger, record.id, paging))) {
    changes += 1 + moment.answers.length;
    compacted ||= moment.change.epoch !== undefined;
    follow(moment, player, history);
    for (const change of [moment.change, ...moment.answers]) noteErased(table, change, erased);
  }
  const registers = Object.entries(registersIn(record)).filter(
    ([name, { count }]) => count > 0 && (name === LIFE || table.registers.has(name)),
  );
  const reopened = await reopenedIn(ledger, record);
  const differences = registers.flatMap(([name, { value, held }]) => {
    const stored = { value, held: held !== undefined };
    const played = player.standing(name);
    const isReopened = reopened.has(name) && agrees(played, { value, held: false });
    return agrees(played, stored) || isReopened || erased.has(name) ? [] : [differenceOf(table, name, stored, played, history.get(name))];
  });
  return { registers: registers.length, changes, differences, compacted, erased: [...erased].toSorted() };
}

/** Registers that wait because a person wants them decided again, or a system was put back: no edit says so. */
async function reopenedIn(ledger: LabLedger, record: RecordState): Promise<ReadonlySet<string>> {
  if (!Object.values(registersIn(record)).some(({ held }) => held !== undefined)) return new Set();
  const held = await ledger.conflicts({ record: record.id, state: 'held', limit: PAGE_ROWS_MAX });
  return new Set(held.items.flatMap(({ register, resolution: { rule } }) => (rule === REOPENED || rule === PUT_BACK ? [register] : [])));
}

/** Who looks at an erased value, or is decided together with it, may have been decided otherwise with it. */
function noteErased(table: Table, { erased: fields = [] }: ChangeRow, erased: Set<string>): void {
  if (fields.length === 0) return;
  const open = [...table.registers.values()].flatMap(({ name, fields: own }) =>
    own.some((field) => fields.includes(field)) ? [name] : [],
  );
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (erased.has(next)) continue;
    erased.add(next);
    open.push(...(table.readers.get(next) ?? []), ...(table.company.get(next) ?? []));
  }
}

function differenceOf(
  table: Table,
  register: string,
  stored: Difference['stored'],
  played: Standing | undefined,
  recorded: Recorded | undefined,
): Difference {
  const { first } = recorded ?? {};
  const told = first?.told && { rule: first.told.rule, ...(first.told.value === undefined ? {} : { value: first.told.value }) };
  // Only a row that holds what was decided at the time can be excused by another rule at the time.
  const rule = recorded && isRecorded(recorded, stored) ? ruleThen(register, table, recorded, played?.rule) : undefined;
  return {
    register,
    stored,
    played,
    ...(first ? { firstSeq: first.seq } : {}),
    ...(told ? { told } : {}),
    ...(rule === undefined ? {} : { ruleChanged: rule }),
  };
}

/** Notes what was told of each register, and the first moment at which the player comes to something else. */
function follow(moment: Moment, player: Player, history: Map<string, Recorded>): void {
  for (const { register, standing } of player.take(moment)) {
    const told = moment.resolutions.find((resolution) => resolution.register === register);
    const recorded = noted(history, moment, register, told);
    if (!recorded.first && !isRecorded(recorded, standing)) recorded.first = { seq: moment.change.seq, ...(told ? { told } : {}) };
  }
}

function noted(history: Map<string, Recorded>, { change }: Moment, register: string, told: ResolutionTold | undefined): Recorded {
  const recorded = history.get(register) ?? { held: false };
  history.set(register, recorded);
  recorded.held = told?.kind === 'held';
  // Where nothing was told, the edit stands as it was made; of a register that was only looked at again, nothing is known then.
  const edit = change.edits.find((candidate) => candidate.register === register);
  if (told ? told.value !== undefined : true) recorded.value = told ? told.value : edit?.value;
  if (told && !NO_POLICIES.has(told.rule)) recorded.rule = told.rule;
  return recorded;
}

function isRecorded(recorded: Recorded, standing: Pick<Standing, 'value' | 'held'>): boolean {
  if (recorded.held || standing.held) return recorded.held === standing.held;
  return recorded.value === undefined || sameValue(recorded.value, standing.value);
}

function agrees(played: Standing | undefined, stored: Pick<Standing, 'value' | 'held'>): boolean {
  return played !== undefined && played.held === stored.held && sameValue(played.value, stored.value);
}

function ruleThen(register: string, table: Table, { rule, first }: Recorded, played: string | undefined): string | undefined {
  const configured = register === LIFE ? nameOfDelete(table.map.delete) : table.registers.get(register)?.map.policy.name;
  const isOurs = (name: string): boolean => name === configured || name === played || NO_POLICIES.has(name);
  const changed = [first?.told?.rule, rule].find((one) => one !== undefined && !isOurs(one));
  if (changed !== undefined) return changed;
  return first && !first.told && table.registers.get(register)?.traits.gate === true ? NO_RULE : undefined;
}
