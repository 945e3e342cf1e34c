import type { Breach } from './chronicle.ts';
import type { Core } from './core.ts';
import { play } from './run.ts';
import type { Fault, FaultKind, Nature, Story, Timed } from './story.ts';

/** A story in which everything ordinary happens to one record, and nothing goes wrong. */
export interface Ordinary {
  readonly name: string;
  readonly story: Story;
}

const NATURE: Nature = {
  id: 'fno',
  versions: 'ordered',
  feed: 'rows',
  answers: 'stored',
  tellsRowInTheWay: true,
  pageRows: 50,
  skewMs: 0,
  granularityMs: 1,
  memo: 'as it is',
  price: 'as it is',
  hints: 'none',
  answerMs: 20,
};

const LIFE_OF_A_RECORD: readonly Timed[] = [
  {
    kind: 'create',
    system: 'fno',
    name: 'x',
    values: { name: 'fno 1', memo: 'Fno1 memo', price: '1.5000', stock: 100, street: 'red' },
    atMs: 0,
  },
  { kind: 'edit', system: 'ce', name: 'x', values: { name: 'ce 2', price: '2.1234' }, atMs: 1000 },
  { kind: 'edit', system: 'fno', name: 'x', values: { name: 'fno 3', zip: 'blue' }, atMs: 1010 },
  { kind: 'add', system: 'ce', name: 'x', amount: 1234, atMs: 1500 },
  { kind: 'add', system: 'fno', name: 'x', amount: 77_000, atMs: 1510 },
  { kind: 'edit', system: 'ce', name: 'x', values: { memo: 'Ce4 memo' }, atMs: 2200 },
  { kind: 'edit', system: 'ce', name: 'x', values: { name: 'ce 5' }, atMs: 2400 },
];
const DEATH: readonly Timed[] = [
  { kind: 'remove', system: 'ce', name: 'x', atMs: 3200 },
  { kind: 'edit', system: 'fno', name: 'x', values: { name: 'fno 6' }, atMs: 3300 },
];

function ordinary(name: string, differs: Partial<Story>, fno: Partial<Nature> = {}, ce: Partial<Nature> = {}): Ordinary {
  const story: Story = {
    seed: 1,
    systems: [
      { ...NATURE, ...fno },
      { ...NATURE, id: 'ce', ...ce },
    ],
    keyed: true,
    delete: 'update-wins',
    pollMs: 600,
    rowsMax: 8,
    writesMax: 8,
    slowLedger: true,
    chaosMs: 5000,
    deeds: LIFE_OF_A_RECORD,
    faults: [],
    ...differs,
  };
  return { name, story };
}

export const ORDINARY: readonly Ordinary[] = [
  ordinary('rows told whole, ordered versions', {}),
  ordinary(
    'numbers of their own, hooks, opaque versions',
    { keyed: false },
    { versions: 'opaque', feed: 'versions', hints: 'many' },
    { answers: 'read-later', feed: 'keys' },
  ),
  ordinary(
    'a deletion that meets an edit',
    { deeds: [...LIFE_OF_A_RECORD, ...DEATH] },
    { memo: 'upper case' },
    { price: 'rounded', versions: 'opaque' },
  ),
  ordinary(
    'a deletion that wins',
    { deeds: [...LIFE_OF_A_RECORD, ...DEATH], delete: 'delete-wins' },
    { pageRows: 1 },
    { pageRows: 1, tellsRowInTheWay: false },
  ),
];

export interface Found {
  readonly where: string;
  readonly breach: Breach;
}

export interface Searched {
  readonly runs: number;
  readonly found: readonly Found[];
}

/** The engine dies behind every `stride`th step of a story, once in each run: at each point at which it waits for something. */
export async function crashEverywhere(core: Core, { name, story }: Ordinary, stride: number): Promise<Searched> {
  const found: Found[] = [];
  const { chaosSteps } = await play(core, story);
  let runs = 0;
  for (let step = 1; step <= chaosSteps; step += stride) {
    const [breach] = (await play(core, story, { crashAtStep: step })).breaches;
    runs += 1;
    if (breach) found.push({ where: `${name}: crash behind step ${step}`, breach });
  }
  return { runs, found };
}

const CALLS: Readonly<Record<Fault['method'], number>> = { changes: 12, read: 12, write: 12, behind: 12, commit: 20 };
const KINDS: Readonly<Record<Fault['method'], readonly FaultKind[]>> = {
  changes: ['throttled', 'unreachable', 'denied', 'slow', 'lost after', 'crash before', 'crash after'],
  read: ['throttled', 'unreachable', 'denied', 'slow', 'lost after', 'crash before', 'crash after'],
  write: [
    'throttled',
    'unreachable',
    'denied',
    'slow',
    'lost before',
    'lost after',
    'late',
    'gateway before',
    'gateway after',
    'refused',
    'crash before',
    'crash after',
  ],
  behind: ['throttled', 'unreachable', 'slow', 'lost after'],
  commit: ['crash before', 'crash after'],
};

/** Every fault at every call, one in each run; or two in a row, where `pairs` says so. */
export async function failEverywhere(core: Core, { name, story }: Ordinary, stride: number, pairs = false): Promise<Searched> {
  const found: Found[] = [];
  let [runs, number] = [0, 0];
  for (const faults of faultsIn(story, pairs)) {
    number += 1;
    if (number % stride !== 0) continue;
    const [breach] = (await play(core, { ...story, faults })).breaches;
    runs += 1;
    const where = faults.map((fault) => `${fault.port} ${fault.method} ${fault.number} ${fault.kind}`).join(', ');
    if (breach) found.push({ where: `${name}: ${where}`, breach });
  }
  return { runs, found };
}

function* faultsIn({ systems }: Story, pairs: boolean): Iterable<readonly Fault[]> {
  const places = systems.flatMap(({ id }) => (['changes', 'read', 'write'] as const).map((method) => ({ port: id, method })));
  for (const { port, method } of [...places, { port: 'ledger', method: 'commit' as const }]) {
    for (let number = 0; number < CALLS[method]; number += 1) {
      for (const kind of KINDS[method]) {
        const first: Fault = { port, method, number, kind };
        yield [first];
        if (pairs) for (const other of KINDS[method]) yield [first, { port, method, number: number + 1, kind: other }];
      }
    }
  }
}
