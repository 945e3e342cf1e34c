import type { RecordId } from '../ids.ts';
import { resolve } from '../merge/resolve.ts';
import type { RecordState } from '../record/record.ts';
import type { Value } from '../values.ts';
import type { Intake } from './intake.ts';
import type { Parts } from './parts.ts';
import { whyNot } from './pins.ts';

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

/** Carries it out in the record's lane: an edit by a person who has seen everything, as a ruling is. */
export function restore(parts: Parts, intake: Intake, ask: RestoringAsk): Promise<RestoringAnswer> {
  const { record: id, register, value, by, note, isAsSeen } = ask;
  const why = note === undefined ? {} : { note };
  return parts.lanes.run(id, async (): Promise<RestoringAnswer> => {
    const record = await parts.ledger.record(id);
    const table = record && parts.tables.get(record.entity);
    if (!record || !table) return { kind: 'unknown' };
    if (isAsSeen?.(record) === false) return { kind: 'moved' };
    const words = whyNot(record, register, table);
    if (words !== undefined) return { kind: 'refused', words };
    const act = { atMs: parts.clock.nowMs(), operator: by, act: 'restore', record: id, ...why };
    const make = (now: RecordState, context: Parameters<typeof resolve>[3]) => ({
      ...resolve(now, { register, value, by, ...why }, table, context),
      act,
    });
    await intake.persist(id, make, true);
    return { kind: 'restored' };
  });
}
