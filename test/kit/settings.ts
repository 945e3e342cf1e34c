/** What a long run was told on its command line (see scripts/at-length.mjs). Throws unless it is a number above 0. */
export function numberSet(name: string, otherwise: number): number {
  const text = process.env[`CONCORD_${name.toUpperCase()}`];
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} is a number above 0, as in --${name} ${otherwise}; it is ${text}.`);
  return number;
}

export function textSet(name: string): string | undefined {
  return process.env[`CONCORD_${name.toUpperCase()}`];
}
