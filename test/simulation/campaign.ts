import * as core from '@concord/core';
import { storyOf } from './draw.ts';
import { crashEverywhere, failEverywhere, ORDINARY, type Searched } from './exhaustive.ts';
import { storyFor } from './hunt.ts';
import { LARGER, scopeVerdict, storyVerdict } from './judge.ts';
import { MUTANTS } from './mutants.ts';
import { plantedCore } from './planted.ts';
import { play, type Run } from './run.ts';
import { shrink, storyText } from './shrink.ts';

type Say = (words: string) => void;

/** Every tenth story has its documents held against its rows, and every hundredth is played twice. */
const DOCUMENTS_EVERY = 10;
const TWICE_EVERY = 100;
const TOLD_EVERY = 500;

interface Sum {
  seeds: number;
  edits: number;
  faults: number;
  crashes: number;
  stops: number;
  writes: number;
  steps: number;
  compacted: number;
  crossings: number;
  tokens: number;
}

/** Plays one story after another. Answers whether all of them were fair. */
export async function campaign(from: number, seeds: number, say: Say): Promise<boolean> {
  const sum: Sum = { seeds: 0, edits: 0, faults: 0, crashes: 0, stops: 0, writes: 0, steps: 0, compacted: 0, crossings: 0, tokens: 0 };
  const startedMs = performance.now();
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const options = { documents: seed % DOCUMENTS_EVERY === 0 };
    const run = await play(core, storyOf(seed), options);
    add(sum, run);
    const isSame = seed % TWICE_EVERY !== 0 || (await play(core, storyOf(seed), options)).hash === run.hash;
    if (run.breaches.length > 0 || !isSame) failed += 1;
    if (!isSame) say(`seed ${seed}: played again, it comes to another ledger`);
    if (run.breaches.length > 0) await tellFailure(seed, run, options, say);
    if (sum.seeds % TOLD_EVERY === 0) say(`${figures(sum, startedMs)}; ${failed} failed`);
  }
  say(`${figures(sum, startedMs)}; ${failed} failed`);
  return failed === 0;
}

function add(sum: Sum, { figures: of, edits, steps }: Run): void {
  sum.seeds += 1;
  sum.edits += edits;
  sum.faults += of.faults;
  sum.crashes += of.crashes;
  sum.stops += of.stops;
  sum.writes += of.writes;
  sum.steps += steps;
  sum.compacted += of.compacted;
  sum.crossings += of.crossings;
  sum.tokens += of.tokens;
}

function figures(sum: Sum, startedMs: number): string {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  return `${sum.seeds} seeds, ${sum.edits} edits, ${sum.faults} faults, ${sum.crashes} crashes, ${sum.stops} stops, ${sum.writes} writes, ${sum.compacted} changes compacted, ${sum.crossings} crossings, ${sum.tokens} tokens looked for, ${sum.steps} steps in ${seconds} s`;
}

async function tellFailure(seed: number, run: Run, options: { readonly documents: boolean }, say: Say): Promise<void> {
  say(`seed ${seed}, step ${run.steps}: ${run.breaches.map(({ invariant, words }) => `invariant ${invariant}: ${words}`).join('; ')}`);
  const { story, run: small } = await shrink(core, storyOf(seed), options);
  say(`the smallest story that fails alike, at step ${small.steps}:\n${storyText(story)}`);
  say(small.breaches.map(({ invariant, words }) => `invariant ${invariant}: ${words}`).join('\n'));
}

export async function tellStory(seed: number, say: Say): Promise<boolean> {
  const story = storyOf(seed);
  say(storyText(story));
  const run = await play(core, story, { documents: true, tell: say });
  return run.breaches.length === 0;
}

/** Plants every fault, or every `stride`th, and says what notices it. Answers whether all were noticed. */
export async function noticeMutants(stride: number, say: Say): Promise<boolean> {
  let [noticed, tried] = [0, 0];
  for (const [number, mutant] of MUTANTS.entries()) {
    if (number % stride !== 0) continue;
    tried += 1;
    const planted = await plantedCore(number);
    const story = storyFor(mutant);
    const verdict = story ? await storyVerdict(planted, [story]) : (scopeVerdict(planted) ?? scopeVerdict(planted, LARGER));
    if (verdict !== undefined) noticed += 1;
    say(`${verdict === undefined ? 'SURVIVES' : 'noticed '}  ${mutant.name}: ${verdict ?? 'nothing notices it'}`);
  }
  say(`${noticed} of ${tried} planted faults were noticed`);
  return noticed === tried;
}

/** Walks through what seeds hit rarely. */
export async function everywhere(stride: number, say: Say): Promise<boolean> {
  let found = 0;
  const told = (what: string, searched: Searched): void => {
    found += searched.found.length;
    say(`${what}: ${searched.runs} runs, ${searched.found.length} failed`);
    for (const { where, breach } of searched.found) say(`  ${where}: invariant ${breach.invariant}: ${breach.words}`);
  };
  for (const ordinary of ORDINARY) {
    told(`${ordinary.name}, a crash behind each step`, await crashEverywhere(core, ordinary, stride));
    told(`${ordinary.name}, every fault at every call, and after every other`, await failEverywhere(core, ordinary, stride, true));
  }
  return found === 0;
}
