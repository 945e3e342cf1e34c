import type { Writer } from './bytes.ts';

/**
 * Run-length encoding as in Automerge's columns: a positive count before a value that repeats, a negative count before values that
 * differ from their neighbours. No column of ours holds nulls.
 */
export function putRuns<T>(writer: Writer, values: readonly T[], put: (value: T) => void): void {
  let from = 0;
  while (from < values.length) {
    const same = repeats(values, from);
    const count = same > 1 ? same : singles(values, from);
    writer.signed(same > 1 ? count : -count);
    const to = same > 1 ? from + 1 : from + count;
    for (const value of values.slice(from, to)) put(value);
    from += count;
  }
}

function repeats(values: readonly unknown[], from: number): number {
  let to = from + 1;
  while (to < values.length && values[to] === values[from]) to += 1;
  return to - from;
}

function singles(values: readonly unknown[], from: number): number {
  let to = from + 1;
  while (to < values.length && values[to] !== values[to - 1] && values[to] !== values[to + 1]) to += 1;
  return to - from;
}

/** Differences to the value before, run-length encoded. */
export function putDeltas(writer: Writer, values: readonly number[]): void {
  putRuns(
    writer,
    values.map((value, index) => value - (values[index - 1] ?? 0)),
    writer.signed,
  );
}
