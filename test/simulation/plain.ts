import type { Nature, Story } from './story.ts';

/** A system that does everything as one would wish, and at once; it tells no times. */
const PLAIN: Omit<Nature, 'id'> = {
  versions: 'ordered',
  feed: 'rows',
  answers: 'stored',
  tellsRowInTheWay: true,
  pageRows: 50,
  granularityMs: 1,
  memo: 'as it is',
  price: 'as it is',
  hints: 'none',
  answerMs: 2,
};

/** Two such systems with nobody in them. */
const ORDINARY: Story = {
  seed: 1,
  systems: [
    { id: 'fno', ...PLAIN },
    { id: 'ce', ...PLAIN },
  ],
  keyed: true,
  delete: 'update-wins',
  pollMs: 250,
  rowsMax: 8,
  writesMax: 8,
  slowLedger: false,
  chaosMs: 4000,
  deeds: [],
  faults: [],
};

/** A story as it is kept in a file: what happens in words, and of the rest only what is out of the ordinary. */
export interface ToldStory extends Partial<Omit<Story, 'systems'>> {
  readonly what?: string;
  readonly systems?: readonly (Partial<Nature> & { readonly id: string })[];
}

export function storyIn(file: string): Story {
  const { what: _, systems, ...rest }: ToldStory = JSON.parse(file);
  return { ...ORDINARY, ...rest, ...(systems ? { systems: systems.map((nature) => ({ ...PLAIN, ...nature })) } : {}) };
}

export function fileOf({ systems, ...rest }: Story): string {
  const told: ToldStory = { systems: systems.map(({ id, ...nature }) => ({ id, ...unlike(nature, PLAIN) })), ...unlike(rest, ORDINARY) };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}

/** What of a thing is not as it is in another. */
function unlike<Thing extends object>(thing: Thing, other: object): Partial<Thing> {
  const usual = new Map(Object.entries(other).map(([name, value]) => [name, JSON.stringify(value)]));
  const odd: Partial<Thing> = { ...thing };
  for (const name in odd) if (usual.get(name) === JSON.stringify(odd[name])) delete odd[name];
  return odd;
}
