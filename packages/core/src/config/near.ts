/** Longer words are not compared: the work grows with the product of the lengths. */
const WORD_CHARS_MAX = 64;
/** One slip for each so many letters still counts as the same word, mistyped. */
const CHARS_A_SLIP = 3;
/** With more candidates only the case of letters is forgiven: the work grows with their number, for every word that is wrong. */
const MEASURED_MAX = 500;
/** More names than a reader looks through. */
const LISTED_MAX = 50;

/** The one candidate that was probably meant; `undefined` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const sameButCase = candidates.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (sameButCase !== undefined || word.length > WORD_CHARS_MAX || candidates.length > MEASURED_MAX) return sameButCase;
  const slipsMax = Math.max(1, Math.floor(word.length / CHARS_A_SLIP));
  const measured = candidates
    .filter((candidate) => candidate.length <= WORD_CHARS_MAX)
    .map((candidate) => ({ candidate, slips: slipsBetween(word.toLowerCase(), candidate.toLowerCase()) }));
  return measured.filter(({ slips }) => slips <= slipsMax).toSorted((a, b) => a.slips - b.slips)[0]?.candidate;
}

/** "Did you mean …?", or the list of what may stand there. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (candidates.length === 0) return 'There is none yet.';
  const rest = candidates.length - LISTED_MAX;
  const more = rest > 0 ? `, and ${rest} more` : '';
  return `Known here: ${candidates.slice(0, LISTED_MAX).join(', ')}${more}.`;
}

/** How many letters must be added, dropped, changed or swapped with their neighbour to make one word of the other. */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next.push(cheapest(a, b, i, j, before, row, next));
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

function cheapest(
  a: string,
  b: string,
  i: number,
  j: number,
  before: readonly number[],
  above: readonly number[],
  row: readonly number[],
): number {
  const change = at(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(change, at(above, j) + 1, at(row, j - 1) + 1, swapped);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
