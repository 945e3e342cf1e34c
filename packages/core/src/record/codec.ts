import type { RecordState } from './record.ts';

/** A record as the ledger keeps it. `decodeRecord(encodeRecord(state))` equals `state`. */
export function encodeRecord(state: RecordState): string {
  return JSON.stringify(state);
}

/** Throws a plain Error when the text is not a record that `encodeRecord` wrote. */
export function decodeRecord(text: string): RecordState {
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) throw new Error('The text is not a record.');
  return parsed;
}

// A whole check would cost more than the parse. These members tell a record from anything else that could stand in its place.
function isRecord(value: unknown): value is RecordState {
  if (typeof value !== 'object' || value === null) return false;
  if (!('id' in value && 'entity' in value && 'revision' in value && 'seq' in value)) return false;
  if (!('registers' in value && 'links' in value && 'heads' in value && 'actors' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
