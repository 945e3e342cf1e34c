import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import { REFERENCE_WAIT_MS } from '../map/relations.ts';
import type { Unread } from '../record/record.ts';

/**
 * The references of a row that lead nowhere, once a row was told; those before, where nothing about them changed. One that led nowhere before has
 * done so since then, and one of which the row does not tell is as it was.
 */
export function unreadAfter(
  before: readonly Unread[] | undefined,
  { values, unreadable, waitsFor }: Pick<MappedRow, 'values' | 'unreadable' | 'waitsFor'>,
  nowMs: number,
): readonly Unread[] | undefined {
  const isTold = ({ register }: Unread): boolean =>
    values.has(register) || [...waitsFor, ...unreadable].some((one) => one.register === register);
  const now = [...(before ?? []).filter((one) => !isTold(one)), ...waitsFor];
  if (now.length === 0) return undefined;
  if (before?.length === now.length && now.every((one) => before.some((other) => isSame(one, other)))) return before;
  return now.map((one) => ({ ...one, sinceMs: before?.find((other) => isSame(one, other))?.sinceMs ?? nowMs }));
}

function isSame(one: Unread, other: Unread): boolean {
  return one.register === other.register && one.entity === other.entity && one.text === other.text && one.by === other.by;
}

/** How long a row waits for what it refers to, before that is told. */
export interface Patience {
  /** ms since 1970 UTC, as `tellAtMs`. */
  readonly sinceMs: number;
  readonly tellAtMs: number;
  readonly words: string;
}

/** `nowMs`: what ledgers of before did not note has waited since now. */
export function patienceFor({ relations }: Table, unread: readonly Unread[], nowMs: number): Patience {
  const [first] = unread;
  const since = unread.map(({ sinceMs = nowMs }) => sinceMs);
  const rules = [...relations.references.values()];
  const ends = unread.map(({ register, sinceMs = nowMs }) => {
    const waits = rules.flatMap((rule) => (rule.register === register ? [rule.waitMs] : []));
    return sinceMs + (waits.length > 0 ? Math.min(...waits) : REFERENCE_WAIT_MS);
  });
  const words = `${first?.register} refers to ${first?.entity} ${first?.text}, which is not mirrored`;
  return { sinceMs: Math.min(...since), tellAtMs: Math.min(...ends), words };
}
