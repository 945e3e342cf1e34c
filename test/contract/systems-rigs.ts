import type { Binding, Json, JsonObject, Key, System } from '@concord/core';
import { entityName, keyOf, systemId } from '@concord/core';
import type { SystemRig } from '@concord/core/contract';
import type { Emulator, FinopsSettings, Seed } from '../../packages/adapters/src/emulators/index.ts';
import { startDataverse, startFinops } from '../../packages/adapters/src/emulators/index.ts';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { literal } from '../../packages/adapters/src/shared/odata/literal.ts';
import { openSystem } from '../../packages/adapters/src/registry.ts';
import { memory } from '../../packages/adapters/src/systems/memory/memory.ts';
import { signIn } from './systems-user.ts';

/** A rig, and how to leave it. */
export interface Built {
  readonly rig: SystemRig;
  readonly close: () => Promise<void>;
}

export const TREE = entityName('tree');
const PAGE_ROWS = 3;

const authOf = (url: string): JsonObject => ({ token: `${url}/oauth2/v2.0/token`, client: 'concord', secret: 'concord-secret' });

export async function opened(adapter: string, raw: JsonObject, bindings: readonly Binding[]): Promise<System> {
  const answer = await openSystem(adapter, raw, { id: systemId(adapter), bindings });
  if (answer.kind === 'faults') throw new Error(JSON.stringify(answer.faults));
  return answer.system;
}

export async function memoryRig(): Promise<Built> {
  const binding = { entity: TREE, set: 'trees', id: ['name'], columns: ['name', 'one', 'two', 'ours'], where: {}, constants: {} };
  const system = memory({ id: systemId('memory'), bindings: [binding], pageRows: PAGE_ROWS });
  const rig: SystemRig = {
    system,
    entity: TREE,
    columns: { one: 'one', two: 'two' },
    correlation: 'ours',
    fresh: (name) => ({ columns: { name }, match: { name } }),
    user: {
      create: async (name, columns) => {
        system.put(TREE, keyOf(name), { name, ...columns });
        return keyOf(name);
      },
      edit: async (key, columns) => system.put(TREE, key, columns),
      remove: async (key) => system.remove(TREE, key),
      rows: async () => new Map(system.rows(TREE).map((row) => [row.key, row.columns])),
    },
    loseNextAnswer: async () => system.loseNextAnswer(),
    goDown: async () => system.reach(false),
  };
  return { rig, close: () => system.close() };
}

export const DATAVERSE_SEED: Seed = {
  tables: [
    {
      set: 'abc_trees',
      name: 'abc_tree',
      primaryId: 'abc_treeid',
      primaryName: 'abc_name',
      columns: [
        { name: 'abc_name', type: 'text' },
        { name: 'abc_one', type: 'text' },
        { name: 'abc_two', type: 'text' },
        { name: 'abc_ours', type: 'text' },
      ],
      keys: [{ name: 'abc_byname', columns: ['abc_name'] }],
    },
  ],
  rows: {},
};

export const DATAVERSE_BINDING: Binding = {
  entity: TREE,
  set: 'abc_trees',
  columns: ['abc_name', 'abc_one', 'abc_two', 'abc_ours'],
  where: {},
  constants: {},
};

export async function dataverseRig(): Promise<Built> {
  const emulator = await startDataverse({ seed: DATAVERSE_SEED });
  const system = await opened('dataverse', { url: emulator.url, auth: authOf(emulator.url), pageRows: PAGE_ROWS }, [DATAVERSE_BINDING]);
  const anna = await signIn(emulator.url, 'anna');
  const root = '/api/data/v9.2/abc_trees';
  const rig: SystemRig = {
    system,
    entity: TREE,
    columns: { one: 'abc_one', two: 'abc_two' },
    correlation: 'abc_ours',
    fresh: (name) => ({ columns: { abc_name: name }, match: { abc_name: name } }),
    user: {
      create: async (name, columns) =>
        idOf(await anna.call('POST', root, { abc_name: name, ...columns }, { prefer: 'return=representation' })),
      edit: async (key, columns) => void (await anna.call('PATCH', `${root}(${key})`, columns)),
      remove: async (key) => void (await anna.call('DELETE', `${root}(${key})`)),
      rows: async () => new Map(emulator.rows('abc_trees').map((row) => [idOf(row), row])),
    },
    loseNextAnswer: async () => loseNext(emulator),
    answerInstead: async (status, retryAfterSeconds) => answerInstead(emulator, status, retryAfterSeconds),
    failNextRead: async () => failNextRead(emulator),
    goDown: async () => emulator.faults.down(true),
  };
  return { rig, close: () => leave(system, emulator) };
}

export const FINOPS_SEED: Seed = {
  tables: [
    {
      set: 'ABCTrees',
      name: 'ABCTree',
      modifiedDateTime: true,
      columns: [
        { name: 'dataAreaId', type: 'text', key: true },
        { name: 'TreeId', type: 'text', key: true, sequence: { prefix: 'T-', digits: 4, next: 1 } },
        { name: 'One', type: 'text' },
        { name: 'Two', type: 'text' },
        { name: 'OurReference', type: 'text' },
      ],
    },
  ],
  rows: {},
};

export interface FinopsWays {
  readonly staleAs: FinopsSettings['staleAs'];
  readonly feed: 'sweep' | 'modified';
  readonly concurrency: 'etag' | 'verify-after-write';
}

export async function finopsRig({ staleAs, feed, concurrency }: FinopsWays): Promise<Built> {
  const emulator = await startFinops({ seed: FINOPS_SEED, settings: { staleAs, pageRowsMax: PAGE_ROWS } });
  const columns = ['TreeId', 'One', 'Two', 'OurReference'];
  const binding: Binding = { entity: TREE, set: 'ABCTrees', columns, where: {}, constants: {}, feed, concurrency };
  const raw = { url: emulator.url, company: 'ABCT', auth: authOf(emulator.url), pageRows: PAGE_ROWS, sweepEveryMs: 0 };
  const system = await opened('finops', raw, [binding]);
  const ben = await signIn(emulator.url, 'ben');
  const rig: SystemRig = {
    system,
    entity: TREE,
    columns: { one: 'One', two: 'Two' },
    correlation: 'OurReference',
    fresh: (name) => ({ columns: { TreeId: name }, match: { TreeId: name } }),
    user: {
      create: async (name, given) => {
        await ben.call('POST', addressOf(''), { dataAreaId: 'abct', TreeId: name, ...given });
        return predicateOf(name);
      },
      edit: async (key, given) => void (await ben.call('PATCH', addressOf(`(${key})`), given)),
      remove: async (key) => void (await ben.call('DELETE', addressOf(`(${key})`))),
      rows: async () => new Map(emulator.rows('ABCTrees').map((row) => [predicateOf(row['TreeId']), row])),
    },
    loseNextAnswer: async () => loseNext(emulator),
    answerInstead: async (status, retryAfterSeconds) => answerInstead(emulator, status, retryAfterSeconds),
    // Who compares before the write reads there first, and then nothing is sent.
    ...(concurrency === 'verify-after-write' ? {} : { failNextRead: async () => failNextRead(emulator) }),
    goDown: async () => emulator.faults.down(true),
  };
  return { rig, close: () => leave(system, emulator) };
}

function loseNext(emulator: Pick<Emulator, 'faults'>): void {
  emulator.faults.add({ method: 'POST|PATCH|DELETE', path: '^/(api/)?data', times: 1, action: { kind: 'dropAfter' } });
}

function answerInstead(emulator: Pick<Emulator, 'faults'>, status: number, retryAfterSeconds?: number): void {
  const after = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  emulator.faults.add({ method: 'PATCH', path: '^/(api/)?data', times: 1, action: { kind: 'statusAfter', status, ...after } });
}

function failNextRead(emulator: Pick<Emulator, 'faults'>): void {
  emulator.faults.add({ principal: 'concord', method: 'GET', path: '^/(api/)?data', times: 1, action: { kind: 'status', status: 503 } });
}

async function leave(system: System, emulator: Pick<Emulator, 'close'>): Promise<void> {
  await system.close();
  await emulator.close();
}

function idOf(row: Json): Key {
  return keyOf(textOf(row, 'abc_treeid') ?? '');
}

function predicateOf(id: Json | undefined): Key {
  return keyOf(`dataAreaId='abct',TreeId=${literal(id ?? '')}`);
}

function addressOf(key: string): string {
  return `/data/ABCTrees${key}?cross-company=true`;
}
