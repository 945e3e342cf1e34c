import { changeHash, type ChangeHash, type SystemId } from '../ids.ts';
import { CONCORD, PERSON } from '../register/actors.ts';
import { LIFE } from '../record/record.ts';
import type { Moment } from './moments.ts';

/** A dependency on a change that lies further back than this is taken for knowledge of nothing newer. */
const CHANGES_REMEMBERED = 10_000;

/** What the author of a save had seen of the whole record. */
export interface Knowledge {
  /** The number of the last change that the author's row held, beside the author's own. Moments are told in order. */
  seen(moment: Moment): number;
}

/**
 * Reads it from what the changes themselves depend on. A system that acknowledged a write had then seen everything up to the change that
 * the write was planned after, and that one is among the dependencies of its next change.
 */
export function openKnowledge(): Knowledge {
  const numbers = new Map<ChangeHash, { readonly seq: number; readonly system: SystemId }>();
  const known = new Map<SystemId, number>();

  function remember({ change, answers }: Moment): void {
    for (const { hash, seq, system } of [change, ...answers]) numbers.set(hash, { seq, system });
    for (const hash of numbers.keys()) {
      if (numbers.size <= CHANGES_REMEMBERED) break;
      numbers.delete(hash);
    }
  }

  return {
    seen(moment) {
      const { system, seq, chunk } = moment.change;
      const before = known.get(system) ?? 0;
      const deps = dependenciesIn(chunk).flatMap((hash) => numbers.get(hash) ?? []);
      remember(moment);
      if (system === PERSON || system === CONCORD) return seq - 1;
      // A row that is read for the first time depends on all that was there, and has seen nothing of it.
      if (isFirstCopy(moment)) return before;
      const now = Math.max(before, ...deps.filter((dep) => dep.system !== system).map((dep) => dep.seq));
      known.set(system, now);
      return now;
    },
  };
}

/** What a system held when it was first read: nobody's edit on top of anything. */
export function isFirstCopy({ change: { edits, system } }: Moment): boolean {
  const told = edits.filter(({ register }) => register !== LIFE);
  return system !== PERSON && told.length > 0 && told.every((edit) => edit.on === undefined && edit.saw === 0);
}

const HASH_BYTES = 32;
/** Magic and checksum. */
const PREAMBLE_BYTES = 8;
const PLAIN_CHANGE = 1;

/** The dependencies of a change, from the head of its chunk alone; none of one that another tool has compressed. */
function dependenciesIn(chunk: Uint8Array): readonly ChangeHash[] {
  if (chunk[PREAMBLE_BYTES] !== PLAIN_CHANGE) return [];
  const length = unsigned(chunk, PREAMBLE_BYTES + 1);
  const count = unsigned(chunk, length.next);
  return Array.from({ length: count.value }, (_, index) => {
    const from = count.next + index * HASH_BYTES;
    return changeHash(Array.from(chunk.subarray(from, from + HASH_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  });
}

/** Unsigned LEB128, as Automerge writes lengths. */
function unsigned(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let [value, scale, at] = [0, 1, from];
  for (;;) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * scale;
    at += 1;
    if (byte < 128) return { value, next: at };
    scale *= 128;
  }
}
