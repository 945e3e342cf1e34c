import { ConcordError, recordId, type Ledger, type RecordState } from '@concord/core';
import type { FastifyRequest } from 'fastify';
import type { Rooms } from '../app.ts';
import { maySee } from '../access/gate.ts';

/** The record of a path, where the caller may see it. Throws RECORD_UNKNOWN. */
export async function recordFor(ledger: Ledger, request: FastifyRequest, id: string): Promise<RecordState> {
  const record = await ledger.record(recordId(id));
  if (!record || !maySee(request, record.entity)) throw new ConcordError('RECORD_UNKNOWN', { record: id });
  return record;
}

/** Throws ENTITY_UNKNOWN. */
export function checkEntity({ tables }: Pick<Rooms, 'tables'>, entity: string): void {
  if (!tables.has(entity)) throw new ConcordError('ENTITY_UNKNOWN', { entity, entities: [...tables.keys()].join(', ') });
}
