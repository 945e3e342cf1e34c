import { LIFE, type DeliveryRow, type RecordState, type Table } from '@concord/core';
import { fieldsIn, instantOf } from './values.ts';

/** A write on its way, or set aside: what it would bring, what keeps it, and what happens next. */
export function tellDelivery(table: Table | undefined, record: RecordState | undefined, row: DeliveryRow) {
  const { dueAtMs, sinceMs, ...told } = row;
  const link = record?.links[row.system];
  const attempt = link?.parked ?? link?.planned;
  const registers = Object.keys(attempt?.registers ?? {}).filter((name) => name !== LIFE);
  return {
    ...told,
    fields: registers.flatMap((name) => fieldsIn(table, name)),
    dueAt: instantOf({ ms: dueAtMs }),
    ...(sinceMs === undefined ? {} : { since: instantOf({ ms: sinceMs }) }),
    next: nextOf(row),
  };
}

function nextOf({ state, code, attempts }: DeliveryRow): string {
  if (state === 'parked' && code === undefined) return 'Nothing, until an edit makes it another write, or somebody retries or discards it.';
  if (state === 'parked') return 'It goes on by itself as soon as what it waits for is there, or somebody retries or discards it.';
  if (state === 'waiting') return 'It goes on by itself as soon as what it waits for is there.';
  return attempts === 0 ? 'It is sent in its turn.' : 'It is tried again when it is due.';
}
