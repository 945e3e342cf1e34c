import { openWriter, type Writer } from './bytes.ts';

/**
 * Run-length encoding as in Automerge's columns: a positive count before a value that repeats, a negative count before values that
 * differ from their neighbours. No column of ours holds nulls.
 */
export function runs<T>(values: readonly T[], put: (writer: Writer, value: T) => void): Uint8Array {
  const writer = openWriter();
  let from = 0;
  while (from < values.length) {
    const same = repeats(values, from);
    const count = same > 1 ? same : singles(values, from);
    writer.signed(same > 1 ? count : -count);
    for (const value of values.slice(from, same > 1 ? from + 1 : from + count)) put(writer, value);
    from += count;
  }
  return writer.done();
}

function repeats<T>(values: readonly T[], from: number): number {
  let to = from + 1;
  while (to < values.length && values[to] === values[from]) to += 1;
  return to - from;
}

function singles<T>(values: readonly T[], from: number): number {
  let to = from + 1;
  while (to < values.length && values[to] !== values[to - 1] && values[to] !== values[to + 1]) to += 1;
  return to - from;
}

/** Differences to the value before, run-length encoded. */
export function deltas(values: readonly number[]): Uint8Array {
  return runs(
    values.map((value, index) => value - (values[index - 1] ?? 0)),
    (writer, value) => writer.signed(value),
  );
}
