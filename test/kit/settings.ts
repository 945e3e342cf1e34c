/** What a long run was told on its command line (see scripts/at-length.mjs). Throws unless it is a number above 0, or at least `least`. */
export function numberSet(name: string, otherwise: number, least?: number): number {
  const text = process.env[`CONCORD_${name.toUpperCase()}`];
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!(least === undefined ? number > 0 : number >= least))
    throw new Error(
      `--${name} is a number ${least === undefined ? 'above 0' : `from ${least}`}, as in --${name} ${otherwise}; it is ${text}.`,
    );
  return number;
}

export function textSet(name: string): string | undefined {
  return process.env[`CONCORD_${name.toUpperCase()}`];
}
