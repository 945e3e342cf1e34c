import type { Writer } from './bytes.ts';

/**
 * Run-length encoding as in Automerge's columns: a positive count before a value that repeats, a negative count before values that
 * differ from their neighbours. No column of ours holds nulls. Values are unsigned, or signed in a column of deltas.
 */
export function putRuns(writer: Writer, values: readonly number[], signed = false): void {
  let from = 0;
  while (from < values.length) {
    const same = repeats(values, from);
    const to = same > 1 ? from + 1 : from + singles(values, from);
    writer.signed(same > 1 ? same : from - to);
    for (let at = from; at < to; at += 1) {
      const value = values[at] ?? 0;
      if (signed) writer.signed(value);
      else writer.unsigned(value);
    }
    from = same > 1 ? from + same : to;
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

/** The same of texts. */
export function putTextRuns(writer: Writer, texts: readonly string[]): void {
  let from = 0;
  while (from < texts.length) {
    const same = repeats(texts, from);
    const to = same > 1 ? from + 1 : from + singles(texts, from);
    writer.signed(same > 1 ? same : from - to);
    for (let at = from; at < to; at += 1) writer.text(texts[at] ?? '');
    from = same > 1 ? from + same : to;
  }
}

/** Differences to the value before, run-length encoded. */
export function putDeltas(writer: Writer, values: readonly number[]): void {
  if (values.length === 0) return;
  let before = 0;
  const deltas: number[] = [];
  for (const value of values) {
    deltas.push(value - before);
    before = value;
  }
  putRuns(writer, deltas, true);
}
