import { createHash } from 'node:crypto';
import { encodeRecord, type Ledger } from '@concord/core';
import { THING } from './map.ts';

const PAGE = 500;

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Everything that a ledger holds, in one hash. */
export async function ledgerHash(ledger: Ledger): Promise<string> {
  const hash = createHash('sha256');
  const records = (await ledger.records({ limit: PAGE, entity: THING })).items;
  for (const record of records) {
    hash.update(encodeRecord(record));
    for (const { hash: name, patch, edits, resolutions } of (await ledger.changes(record.id, { limit: PAGE })).items)
      hash.update(JSON.stringify([name, patch, edits, resolutions]));
  }
  for (const state of ['due', 'waiting', 'parked'] as const)
    hash.update(JSON.stringify((await ledger.deliveries({ state, limit: PAGE })).items));
  hash.update(JSON.stringify((await ledger.conflicts({ limit: PAGE })).items));
  hash.update(JSON.stringify((await ledger.failures({ limit: PAGE })).items));
  return hash.digest('hex');
}
