import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Context } from '../merge/draft.ts';
import { resolve } from '../merge/resolve.ts';
import type { OperatorAct, Plan } from '../ports/plan.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { registersIn } from '../record/registers.ts';
import { sameValue } from '../values.ts';
import { openFieldPlayer } from './fields.ts';
import { momentsOf, type Moment } from './moments.ts';
import { changesOf, recordsOf, type LabLedger, type Paging } from './pages.ts';
import type { Player, Standing } from './player.ts';
import type { ReplayAsk, Tables } from './replay.ts';

/** A register that stands at something else under the other policies. */
export interface Revision {
  readonly register: string;
  readonly fields: readonly string[];
  readonly before: Pick<Standing, 'value' | 'held'>;
  readonly after: Standing;
}

/** What would change in one record. */
export interface RevisedRecord {
  readonly record: RecordState;
  /** As it is configured. */
  readonly table: Table;
  /** With the other policies. */
  readonly other: Table;
  readonly revisions: readonly Revision[];
}

/** Every record that stands at something else under the other policies than the ledger holds. What they would leave to a person is not among them. */
export async function* revised(
  ledger: LabLedger,
  tables: Tables,
  others: Tables,
  ask: Pick<ReplayAsk, 'entity' | 'pageRows' | 'pause'> = {},
): AsyncGenerator<RevisedRecord> {
  for await (const record of recordsOf(ledger, ask.entity, ask)) {
    const [table, other] = [tables.get(record.entity), others.get(record.entity)];
    if (!table || !other) continue;
    const revisions = await revisionsOf(ledger, other, record, ask);
    if (revisions.length > 0) yield { record, table, other, revisions };
  }
}

/** What would change in a record under other policies. */
export async function revisionsOf(ledger: LabLedger, other: Table, record: RecordState, paging: Paging = {}): Promise<readonly Revision[]> {
  const player = openFieldPlayer(other);
  for await (const moment of momentsOf(changesOf(ledger, record.id, paging))) player.take(moment);
  return revisionsAt(player, other, record);
}

/** The same of moments that were read before: it waits for nothing. */
export function revisionsFrom(moments: readonly Moment[], other: Table, record: RecordState): readonly Revision[] {
  const player = openFieldPlayer(other);
  for (const moment of moments) player.take(moment);
  return revisionsAt(player, other, record);
}

function revisionsAt(player: Player, other: Table, record: RecordState): readonly Revision[] {
  return Object.entries(registersIn(record)).flatMap(([register, { value, held, count }]): readonly Revision[] => {
    const after = player.standing(register);
    if (count === 0 || !after || after.held || (held === undefined && sameValue(after.value, value))) return [];
    const fields = register === LIFE ? [LIFE] : (other.registers.get(register)?.fields ?? [register]);
    return [{ register, fields, before: { value, held: held !== undefined }, after }];
  });
}

/** Names a list of revisions: who reviewed it can say that it is this one, and no other, that they agree to. */
export interface ListDigest {
  add(id: RecordId, revisions: readonly Revision[]): void;
  /** Sixteen hex digits. */
  text(): string;
}

const DIGITS = 16;

export function openListDigest(): ListDigest {
  const hash = sha256.create();
  return {
    add(id, revisions) {
      for (const { register, before, after } of revisions)
        hash.update(utf8ToBytes(`${JSON.stringify([id, register, before.value, before.held, after.value])}\n`));
    },
    text: () => bytesToHex(hash.clone().digest()).slice(0, DIGITS),
  };
}

/** The name of the revisions of one record. */
export function digestOf(id: RecordId, revisions: readonly Revision[]): string {
  const digest = openListDigest();
  digest.add(id, revisions);
  return digest.text();
}

export interface Applying {
  readonly by: string;
  readonly note: string;
  readonly context: Context;
}

/** The name under which the audit tells it. */
export const LAB_ACT = 'lab-apply';

/**
 * The plans that bring a record to where the other policies would have it: one for each register, each upon the one before. Each is an edit
 * by a person who has seen everything, and plans the writes to every system that holds something else.
 */
export function plansFor(
  { record, table, revisions }: Pick<RevisedRecord, 'record' | 'table' | 'revisions'>,
  applying: Applying,
): readonly Plan[] {
  let state = record;
  return revisions.map((revision) => {
    const plan = planFor(state, revision, table, applying);
    state = plan.record;
    return plan;
  });
}

/** The plan of one revision, upon the record as it is. */
export function planFor(record: RecordState, { register, after }: Revision, table: Table, { by, note, context }: Applying): Plan {
  const act: OperatorAct = { atMs: context.nowMs, operator: by, act: LAB_ACT, record: record.id, note };
  return { ...resolve(record, { register, value: after.value, by, note }, table, context), act };
}
