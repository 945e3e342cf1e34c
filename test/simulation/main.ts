import { parseArgs } from 'node:util';
import { campaign, everywhere, noticeMutants, tellStory } from './campaign.ts';
import { hunt } from './hunt.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    stride: { type: 'string', default: '1' },
    tell: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    everywhere: { type: 'boolean', default: false },
    hunt: { type: 'boolean', default: false },
  },
});

const say = (words: string): void => console.log(words);
const isFair = await run();
process.exitCode = isFair ? 0 : 1;

async function run(): Promise<boolean> {
  const [seeds, seed, stride] = [whole('seeds', values.seeds), whole('seed', values.seed), whole('stride', values.stride)];
  if (values.tell) return tellStory(seed, say);
  if (values.mutants) return noticeMutants(stride, say);
  if (values.everywhere) return everywhere(stride, say);
  if (values.hunt) return hunt(seeds, say);
  return campaign(seed, seeds, say);
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} is a whole number from 1 on, as in --${name} 100; it is ${text}.`);
  return number;
}
