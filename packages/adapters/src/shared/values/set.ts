/** Canonical text of a set of symbols: a JSON array of distinct strings, sorted by code unit; an empty set is null. */
export function setText(symbols: readonly string[]): string | null {
  return symbols.length === 0 ? null : JSON.stringify([...new Set(symbols)].toSorted());
}

/** The symbols of a canonical set; `undefined` when the text is not one. */
export function symbolsOf(text: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const symbols = Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : undefined;
    return symbols !== undefined && setText(symbols) === text ? symbols : undefined;
  } catch {
    return undefined;
  }
}
