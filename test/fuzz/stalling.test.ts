import { monitorEventLoopDelay } from 'node:perf_hooks';
import { askedSandbox, memory, memoryLedger, quickjsSandbox } from '@concord/adapters';
import { compileTable, entityName, keyOf, openEngine, parseConfig, policyKinds, systemId, tellFault, type JsonObject } from '@concord/core';
import { clock, ids } from '@concord/server';
import { afterEach, expect, test } from 'vitest';
import { until } from '../kit/until.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const YAML = `systems:
  a: { adapter: memory }
  b: { adapter: memory }
policies:
  stuck: { module: ./stuck.js }
entities:
  thing:
    a: { set: things, id: [id] }
    b: { set: things, id: [id] }
    key: [code]
    fields:
      code: { a: code, b: code }
      name: { a: name, b: name }
      slow: { a: slow, b: slow, policy: stuck }
      made: { a: { column: made, from: '($f := function($x) { $f($x) + 1 }; $f(1))', only: read }, b: made }
  other:
    a: { set: others, id: [id] }
    b: { set: others, id: [id] }
    key: [code]
    fields:
      code: { a: code, b: code }
      name: { a: name, b: name }
`;

/** It keeps all laws on whatever is tried when the configuration is read, and never comes to an end over what somebody writes later. */
const STUCK = `export default function (view) {
  const values = view.frontier.map(({ value }) => JSON.stringify(value)).sort();
  while (values.includes('"b says"')) {}
  return { value: JSON.parse(values[values.length - 1]), reason: 'the last by letters' };
}`;

/** The same, but over work that counts no steps: only time ends it, and its thread with it. */
const SILENT = STUCK.replace(
  'while (values.includes(\'"b says"\')) {}',
  'if (values.includes(\'"b says"\')) Array(4294967295).indexOf(1);',
);

async function openOne(source: string) {
  const [trying, sandbox] = [quickjsSandbox(), askedSandbox()];
  cleanups.push(() => trying.close());
  cleanups.push(() => sandbox.close());
  const parsed = parseConfig(YAML, { file: 'c.yaml', env: {}, modules: { sandbox: trying, read: () => source } });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(tellFault).join('\n'));
  const { entities, policies } = parsed.config;
  const [a, b] = (['a', 'b'] as const).map((id) =>
    memory({ id: systemId(id), bindings: entities.flatMap(({ sides }) => sides[id] ?? []) }),
  );
  if (!a || !b) throw new Error('there are two');
  const ledger = memoryLedger();
  const kinds = policyKinds(policies, sandbox);
  const engine = openEngine({
    tables: entities.map((map) => compileTable(map, kinds)),
    systems: [a, b],
    ledger,
    clock,
    ids,
    log: { event: () => undefined },
    limits: { pollMs: 10, gatherMs: 1, retryMs: 5, retryMsMax: 20 },
    deciding: sandbox.deciding,
  });
  cleanups.push(() => engine.stop());
  return { a, b, ledger, engine };
}

const [THING, OTHER] = [entityName('thing'), entityName('other')];

test.each([
  [STUCK, 'took too many steps'],
  [SILENT, 'did not come back'],
])(
  'a policy and a transform that never come to an end hold their own field alone; everything else goes on, and nobody waits',
  { timeout: 60_000 },
  async (source, words) => {
    const { a, b, ledger, engine } = await openOne(source);
    const row = (key: string, more: JsonObject): JsonObject => ({ id: key, code: key, ...more });
    for (const key of ['k1', 'k2', 'k3']) a.put(THING, keyOf(key), row(key, { name: 'old', slow: 'old', made: 'x' }));
    a.put(OTHER, keyOf('o1'), row('o1', { name: 'old' }));
    await engine.start();
    const rowsIn = (system: typeof a, entity: typeof THING) => system.rows(entity).map(({ columns }) => columns);
    await until(() => (rowsIn(b, THING).length === 3 && rowsIn(b, OTHER).length === 1 ? undefined : 'not everything is mirrored'), 20_000);
    const delay = monitorEventLoopDelay();
    delay.enable();
    for (const { key, columns } of b.rows(THING)) {
      const code = String(columns['code']);
      b.put(THING, key, { slow: 'b says' });
      a.put(THING, keyOf(code), { slow: 'a says', name: `new ${code}` });
    }
    a.put(OTHER, keyOf('o1'), { name: 'new' });
    await until(() => (rowsIn(b, OTHER).every(({ name }) => name === 'new') ? undefined : 'the other entity waits'), 20_000);
    await until(
      () => (rowsIn(b, THING).every(({ name, code }) => name === `new ${String(code)}`) ? undefined : 'the other fields wait'),
      20_000,
    );
    await until(
      async () => ((await ledger.conflicts({ state: 'held', limit: 100 })).items.length === 3 ? undefined : 'not all three are held'),
      20_000,
    );
    delay.disable();
    // Three times three seconds, were the policy waited for.
    expect(delay.max / 1e6, 'how long the thread that merges did nothing else, in ms').toBeLessThan(900);
    const held = (await ledger.conflicts({ state: 'held', limit: 100 })).items;
    expect(held.length).toBeGreaterThan(0);
    for (const { register, code, resolution } of held)
      expect([register, code, resolution.reason]).toEqual(['slow', 'C17', expect.stringContaining(words)]);
    const failures = (await ledger.failures({ limit: 500 })).items.filter(({ code }) => code === 'VALUE_UNREADABLE');
    expect(failures.length, 'the transform is told').toBeGreaterThan(0);
    expect(
      engine
        .status()
        .maps.map(({ state }) => state)
        .every((state) => state !== 'stopped'),
    ).toBe(true);
  },
);
