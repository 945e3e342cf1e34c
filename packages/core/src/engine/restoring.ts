import type { RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { resolve } from '../merge/resolve.ts';
import type { Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import type { Value } from '../values.ts';
import type { Intake } from './intake.ts';
import type { Parts } from './parts.ts';

/** A value of its past that a person wants to stand again. */
export interface RestoringAsk {
  readonly record: RecordId;
  readonly register: string;
  readonly value: Value;
  readonly by: string;
  readonly note?: string;
  /** Whether the record is still as the person saw it. */
  readonly isAsSeen?: (record: RecordState) => boolean;
}

export type RestoringAnswer =
  | { readonly kind: 'restored' | 'unknown' | 'moved' }
  /** It cannot be done as things are. */
  | { readonly kind: 'refused'; readonly words: string };

/** Carries it out. */
export async function restore(parts: Parts, intake: Intake, ask: RestoringAsk): Promise<RestoringAnswer> {
  const stood = await letStand(parts, intake, { ...ask, act: 'restore' });
  return stood.kind === 'stands' ? { kind: 'restored' } : stood;
}

/** A value that a person wants to stand, and what that is called. */
interface StandingAsk extends Omit<RestoringAsk, 'value'> {
  /** Absent: the one that stands. */
  readonly value?: Value;
  readonly act: 'restore' | 'pin';
}

type StandingAnswer =
  /** In the version of the record with this number. */
  | { readonly kind: 'stands'; readonly record: RecordState; readonly version: number }
  | { readonly kind: 'unknown' | 'moved' }
  | { readonly kind: 'refused'; readonly words: string };

/** In the record's lane: an edit by a person who has seen everything, as a ruling is. */
export function letStand(parts: Parts, intake: Intake, ask: StandingAsk): Promise<StandingAnswer> {
  const { record: id, register, value, by, note, isAsSeen } = ask;
  const why = note === undefined ? {} : { note };
  return parts.lanes.run(id, async (): Promise<StandingAnswer> => {
    const record = await parts.ledger.record(id);
    const table = record && parts.tables.get(record.entity);
    if (!record || !table) return { kind: 'unknown' };
    if (isAsSeen?.(record) === false) return { kind: 'moved' };
    const words = whyNot(record, register, table);
    if (words !== undefined) return { kind: 'refused', words };
    const act = { atMs: parts.clock.nowMs(), operator: by, act: ask.act, record: id, ...why };
    let version = 0;
    const make = (now: RecordState, context: Parameters<typeof resolve>[3]): Plan => {
      const stands = value === undefined ? (registerIn(now, register)?.value ?? null) : value;
      const plan = resolve(now, { register, value: stands, by, ...why }, table, context);
      version = plan.changes[0]?.seq ?? 0;
      return { ...plan, act };
    };
    await intake.persist(id, make, true);
    return { kind: 'stands', record, version };
  });
}

/** Why a person's value cannot stand there. */
export function whyNot({ relations, ...record }: RecordState, register: string, table: Table): string | undefined {
  if (relations?.mergedInto !== undefined) return `it was folded into ${relations.mergedInto}`;
  if (table.registers.get(register)?.derived) return `${register} is computed from other fields`;
  return registerIn(record, register) ? undefined : `nobody has told ${register} yet`;
}
