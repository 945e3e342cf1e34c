import { changeHash, type ChangeHash } from '@concord/core';
import { createHash } from 'node:crypto';

/** Magic number and checksum: the hash of a change is that of everything behind them. */
const HEAD_BYTES = 8;
const TYPE_BYTES = 1;
const LOW_7 = 0x7f;
const MORE = 0x80;
const BITS = 128;

/** Changes that were put one behind another, each as it was: an Automerge chunk says how long it is. Throws a plain Error on a torn one. */
export function splitChunks(bytes: Uint8Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let from = 0;
  while (from < bytes.length) {
    const to = endOf(bytes, from);
    // A copy of its own: SQLite answers Buffers, whose slices are windows into one another.
    chunks.push(new Uint8Array(bytes.subarray(from, to)));
    from = to;
  }
  return chunks;
}

function endOf(bytes: Uint8Array, from: number): number {
  let at = from + HEAD_BYTES + TYPE_BYTES;
  let [length, unit] = [0, 1];
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('A change ends before its length.');
    at += 1;
    length += (byte & LOW_7) * unit;
    unit *= BITS;
    if (byte < MORE) break;
  }
  if (at + length > bytes.length) throw new Error('A change ends too early.');
  return at + length;
}

export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = chunks;
  return only && more.length === 0 ? only : Buffer.concat(chunks);
}

/** What a change is named by: nothing need be stored for it. */
export function hashOf(chunk: Uint8Array): ChangeHash {
  return changeHash(createHash('sha256').update(chunk.subarray(HEAD_BYTES)).digest('hex'));
}
