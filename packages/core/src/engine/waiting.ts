import type { RecordId, SystemId } from '../ids.ts';
import { must } from '../errors/must.ts';
import { settle, type Settled } from '../merge/settle.ts';
import { patienceFor } from '../merge/unread.ts';
import type { DeliveryRow, DeliveryState } from '../ports/plan.ts';
import type { Attempt, RecordState, Unread } from '../record/record.ts';
import { waitMarks } from './awaited.ts';
import type { Intake } from './intake.ts';
import type { Obstacle } from './obstacles.ts';
import type { Parts } from './parts.ts';
import { relate } from './questions.ts';
import { isMirrored } from './references.ts';

/** Waiting of which nobody is told ends only when what is waited for comes: the last day of the year 9999, in ms since 1970 UTC. */
const NEVER_MS = 253_402_214_400_000;

const STATES: readonly DeliveryState[] = ['waiting', 'parked', 'due'];

/** The delivery of a record to a system, as it stands in the ledger. */
export async function deliveryOf({ ledger }: Pick<Parts, 'ledger'>, system: SystemId, record: RecordId): Promise<DeliveryRow | undefined> {
  for (const state of STATES) {
    const [row] = (await ledger.deliveries({ record, system, state, limit: 1 })).items;
    if (row) return row;
  }
  return undefined;
}

/** Whether it waits for another record, also where that has taken so long that it was told. */
export function isWaiting({ state, code }: DeliveryRow): boolean {
  return state === 'waiting' || (state === 'parked' && code !== undefined);
}

/** `asleep`: the ledger says of the delivery what it waits for, so there is nothing to do until it is woken. `noted`: now it does. */
export type Waits = { readonly kind: 'asleep'; readonly row: DeliveryRow } | { readonly kind: 'noted' };

const NOTED: Waits = { kind: 'noted' };

/**
 * Has a delivery wait until something comes that it cannot go without. Called in the record's lane, each time that it is looked whether it may
 * go.
 */
export interface Waiting {
  /** Whether something that a row refers to, and that was not mirrored, is so by now. Otherwise the record is woken when it is. */
  isReadable(record: RecordState, unread: readonly Unread[]): Promise<boolean>;
  /** A row that refers to what is not mirrored. `readable`: to what is mirrored by now. */
  forReference(record: RecordState, unread: readonly Unread[], row: DeliveryRow): Promise<Waits | { readonly kind: 'readable' }>;
  /** A write that something stands in the way of. */
  forRecords(record: RecordState, planned: Attempt, row: DeliveryRow, on: Obstacle): Promise<Waits>;
}

export function openWaiting(parts: Parts, intake: Intake, system: SystemId): Waiting {
  const { clock, ledger } = parts;

  async function isReadable({ entity }: RecordState, unread: readonly Unread[]): Promise<boolean> {
    parts.awaited.put(entity, waitMarks({ links: { [system]: { ...NO_LINK, unread } } }));
    for (const one of unread) if (await isMirrored(ledger, system, one)) return true;
    return false;
  }

  return {
    isReadable,
    async forReference(record, unread, queued) {
      if (await isReadable(record, unread)) return { kind: 'readable' };
      const row = (await deliveryOf(parts, system, record.id)) ?? queued;
      const table = must(parts.tables.get(record.entity), 'a record has a table map');
      const nowMs = clock.nowMs();
      const { sinceMs, tellAtMs, words } = patienceFor(table, unread, row.sinceMs ?? nowMs);
      const isLong = nowMs >= tellAtMs;
      if (isLong ? row.code === 'C08' : row.state === 'waiting' && row.dueAtMs === tellAtMs) return { kind: 'asleep', row };
      const waits: DeliveryRow = { ...row, state: 'waiting', dueAtMs: tellAtMs, words, sinceMs };
      const next = isLong ? { ...waits, state: 'parked' as const, code: 'C08' as const } : waits;
      const failure = { atMs: nowMs, system, entity: record.entity, record: record.id, code: 'C08', words };
      await intake.persist(record.id, (now) =>
        relate(now, now.relations ?? {}, { deliveries: new Map([[system, next]]), failures: isLong ? [failure] : [] }),
      );
      return NOTED;
    },

    async forRecords(record, planned, queued, { records, words, code, waitMs }) {
      const table = must(parts.tables.get(record.entity), 'a record has a table map');
      const link = record.links[system];
      const by = [...new Set(records)].toSorted();
      parts.awaited.put(record.entity, waitMarks({ links: { [system]: { ...NO_LINK, blocked: { by, sinceMs: 0 } } } }));
      const row = (await deliveryOf(parts, system, record.id)) ?? queued;
      const nowMs = clock.nowMs();
      const sinceMs = link?.blocked?.sinceMs ?? row.sinceMs ?? nowMs;
      const tellAtMs = waitMs === undefined ? NEVER_MS : sinceMs + waitMs;
      const isLong = nowMs >= tellAtMs;
      const now = isLong ? 'C08' : code;
      const isSame = row.state === (isLong ? 'parked' : 'waiting') && row.code === now && row.words === words;
      if (isSame && link?.blocked?.by.join() === by.join()) return { kind: 'asleep', row };
      const waits: Settled = {
        kind: 'waiting',
        by,
        words,
        sinceMs,
        dueAtMs: tellAtMs,
        attempts: row.attempts,
        tell: isLong && row.code !== 'C08',
        ...(now === undefined ? {} : { code: now }),
      };
      await intake.persist(record.id, (latest, context) =>
        latest.links[system]?.planned?.id === planned.id ? settle(latest, system, waits, table, context) : undefined,
      );
      return NOTED;
    },
  };
}

const NO_LINK = { state: 'absent', heads: [], ownSeq: 0 } as const;
