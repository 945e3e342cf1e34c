import { ConcordError, recordId, systemId, type Ledger, type RecordState, type SystemId } from '@concord/core';
import { entityUnknown } from '../entity-unknown.ts';
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
  if (!tables.has(entity)) throw entityUnknown(entity, tables.keys());
}

/** Throws SYSTEM_UNKNOWN. */
export function systemIn({ systems }: Pick<Rooms, 'systems'>, name: string): SystemId {
  const system = systemId(name);
  if (!systems.includes(system)) throw new ConcordError('SYSTEM_UNKNOWN', { system, systems: systems.join(', ') });
  return system;
}
