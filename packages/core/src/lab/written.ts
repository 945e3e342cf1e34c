import { diffIndices } from 'node-diff3';
import { steps } from '../policy/text.ts';

/** Who wrote something, and in which version of the record. */
export interface Author {
  readonly system: string;
  readonly by?: string | undefined;
  readonly seq: number;
  readonly atMs: number;
}

/** A stretch of a text, or a member of a set. Without an author: what stood when the history began. */
export interface Run {
  readonly text: string;
  readonly author?: Author | undefined;
}

/** A value in its pieces, each with whoever wrote it. */
export interface Written {
  readonly pieces: readonly string[];
  readonly authors: readonly (Author | undefined)[];
}

/** How many steps may still be taken to compare values. */
export interface Budget {
  left: number;
}

/** What of these pieces stands in one of the sources is by whoever wrote it there, in the first that has it; of the rest, `otherwise` tells. */
export function writtenIn(
  pieces: readonly string[],
  sources: readonly Written[],
  otherwise: (piece: string) => Author | undefined,
  budget: Budget,
): Written {
  const authors = pieces.map(otherwise);
  const isFound = pieces.map(() => false);
  for (const source of sources) {
    if (isFound.every(Boolean)) break;
    for (const { place, from } of pairsOf(source.pieces, pieces, budget)) {
      if (isFound[place]) continue;
      isFound[place] = true;
      authors[place] = source.authors[from];
    }
  }
  return { pieces, authors };
}

interface Pair {
  readonly place: number;
  readonly from: number;
}

/** Which pieces of a source stand in a value, and where. Nothing, where it takes too long to tell. */
function pairsOf(source: readonly string[], value: readonly string[], budget: Budget): readonly Pair[] {
  const short = Math.min(source.length, value.length);
  let [head, tail] = [0, 0];
  while (head < short && source[head] === value[head]) head += 1;
  while (tail < short - head && source.at(-1 - tail) === value.at(-1 - tail)) tail += 1;
  const [ours, theirs] = [value.slice(head, value.length - tail), source.slice(head, source.length - tail)];
  budget.left -= source.length + value.length + steps(theirs, ours);
  if (budget.left < 0) return [];
  const shift = value.length - source.length;
  return [
    ...Array.from({ length: head }, (_, at) => ({ place: at, from: at })),
    ...alike(theirs, ours).map(({ place, from }) => ({ place: head + place, from: head + from })),
    ...Array.from({ length: tail }, (_, at) => ({ place: value.length - tail + at, from: value.length - tail + at - shift })),
  ];
}

function alike(source: readonly string[], value: readonly string[]): readonly Pair[] {
  const pairs: Pair[] = [];
  let [from, place] = [0, 0];
  const same = (until: number): void => {
    for (; from < until; from += 1, place += 1) pairs.push({ place, from });
  };
  for (const { buffer1, buffer2 } of diffIndices([...source], [...value])) {
    same(buffer1[0]);
    [from, place] = [buffer1[0] + buffer1[1], buffer2[0] + buffer2[1]];
  }
  same(source.length);
  return pairs;
}

/** A text in runs of one author each. Behind the last piece is a blank that is not in it. */
export function runsOf({ pieces, authors }: Written): readonly Run[] {
  const runs: { text: string; readonly author?: Author | undefined }[] = [];
  for (const [at, piece] of pieces.entries()) {
    const [text, last, author] = [at === pieces.length - 1 ? piece.slice(0, -1) : piece, runs.at(-1), authors[at]];
    if (last && last.author?.seq === author?.seq && last.author?.system === author?.system) last.text += text;
    else if (text !== '') runs.push({ text, author });
  }
  return runs;
}
