import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Context } from '../merge/draft.ts';
import { resolve } from '../merge/resolve.ts';
import type { Plan } from '../ports/plan.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { sameValue } from '../values.ts';
import { openFieldPlayer } from './fields.ts';
import { momentsOf } from './moments.ts';
import { changesOf, recordsOf, type LabLedger } from './pages.ts';
import type { Standing } from './player.ts';
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
  readonly table: Table;
  readonly revisions: readonly Revision[];
}

/** Every record that stands at something else under the other policies than the ledger holds. What they would leave to a person is not among them. */
export async function* revised(
  ledger: LabLedger,
  tables: Tables,
  ask: Pick<ReplayAsk, 'entity' | 'pageRows' | 'pause'> = {},
): AsyncGenerator<RevisedRecord> {
  for await (const record of recordsOf(ledger, ask.entity, ask)) {
    const table = tables.get(record.entity);
    if (!table) continue;
    // What a register at rest has forgotten is no reason to change it: both ways of playing must differ.
    const [player, rested] = [openFieldPlayer(table), openFieldPlayer(table, { rested: true })];
    for await (const moment of momentsOf(changesOf(ledger, record.id, ask))) {
      player.take(moment);
      rested.take(moment);
    }
    const revisions = Object.entries(record.registers).flatMap(([register, { value, held, count }]): readonly Revision[] => {
      const after = player.standing(register);
      const isStored = (standing: Standing | undefined): boolean => held === undefined && sameValue(standing?.value, value);
      if (count === 0 || !after || after.held || isStored(after) || isStored(rested.standing(register))) return [];
      const fields = register === LIFE ? [LIFE] : (table.registers.get(register)?.fields ?? [register]);
      return [{ register, fields, before: { value, held: held !== undefined }, after }];
    });
    if (revisions.length > 0) yield { record, table, revisions };
  }
}

/** Names a list of revisions: who reviewed it can say that it is this one, and no other, that they agree to. */
export interface ListDigest {
  add(revised: Pick<RevisedRecord, 'revisions'> & { readonly record: Pick<RecordState, 'id'> }): void;
  /** Sixteen hex digits. */
  text(): string;
}

const DIGITS = 16;

export function openListDigest(): ListDigest {
  const hash = sha256.create();
  return {
    add({ record, revisions }) {
      for (const { register, before, after } of revisions)
        hash.update(utf8ToBytes(`${JSON.stringify([record.id, register, before.value, before.held, after.value])}\n`));
    },
    text: () => bytesToHex(hash.clone().digest()).slice(0, DIGITS),
  };
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
export function plansFor({ record, table, revisions }: RevisedRecord, { by, note, context }: Applying): readonly Plan[] {
  let state = record;
  return revisions.map(({ register, after }) => {
    const plan = resolve(state, { register, value: after.value, by, note }, table, context);
    state = plan.record;
    return { ...plan, act: actOf(record.id, by, note, context) };
  });
}

function actOf(record: RecordId, operator: string, note: string, { nowMs: atMs }: Context): NonNullable<Plan['act']> {
  return { atMs, operator, act: LAB_ACT, record, note };
}
