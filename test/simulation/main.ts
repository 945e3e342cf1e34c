import * as core from '@concord/core';
import { storyOf } from './draw.ts';
import { play } from './run.ts';
import { shrink, storyText } from './shrink.ts';

const [from, count] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 20)];
const started = performance.now();
if (process.argv[4] === 'shrink') {
  const { story, run } = await shrink(core, storyOf(from));
  await play(core, story, { tell: console.log, documents: true });
  console.log(storyText(story), run.breaches);
  process.exit();
}
if (process.argv[4] === 'tell') {
  await play(core, storyOf(from), { tell: console.log, documents: true });
  console.log(storyText(storyOf(from)));
  process.exit();
}
let bad = 0;
let [steps, faults, crashes, writes, edits] = [0, 0, 0, 0, 0];
for (let seed = from; seed < from + count; seed += 1) {
  const run = await play(core, storyOf(seed), { documents: seed % 4 === 0 });
  steps += run.steps;
  faults += run.figures.faults;
  crashes += run.figures.crashes;
  writes += run.figures.writes;
  edits += run.edits;
  if (run.breaches.length > 0) {
    bad += 1;
    console.log(seed, run.breaches.length, run.breaches[0]?.invariant, run.breaches[0]?.words);
  }
}
console.log({ bad, steps, faults, crashes, writes, edits, ms: performance.now() - started });
