import type { Hint, Json, System } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { startDataverse, startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import { serve } from '../shared/service.ts';
import { DATAVERSE_BINDING, DATAVERSE_SEED, FINOPS_SEED, opened, TREE } from '../../contract/systems-rigs.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** What a system makes of the hooks that arrive, and the bodies themselves. */
async function listen() {
  const heard: { readonly body: Json; readonly headers: Readonly<Record<string, string>> }[] = [];
  const receiver = await serve((asked, response) => {
    const headers = Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, String(value)]));
    heard.push({ body: JSON.parse(asked.body), headers });
    response.writeHead(202).end();
  });
  cleanups.push(() => receiver.close());
  return {
    url: `${receiver.url}/hook`,
    heard,
    hints: (system: System): readonly Hint[] => heard.flatMap(({ body, headers }) => system.hints?.(body, headers) ?? []),
  };
}

const authOf = (url: string) => ({ token: `${url}/oauth2/v2.0/token`, client: 'concord', secret: 'concord-secret' });

test('what Dataverse pushes points at the row, carries our tag, and does so even when it was stripped', async () => {
  const emulator = await startDataverse({ seed: DATAVERSE_SEED });
  const system = await opened('dataverse', { url: emulator.url, auth: authOf(emulator.url) }, [DATAVERSE_BINDING]);
  cleanups.push(
    () => emulator.close(),
    () => system.close(),
  );
  const receiver = await listen();
  emulator.hooks.add({ url: receiver.url });
  const made = await system.write({
    kind: 'create',
    entity: TREE,
    columns: { abc_name: 'oak' },
    match: { abc_name: 'oak' },
    tag: 'ours & only',
  });
  if (made.kind !== 'written') throw new Error(JSON.stringify(made));
  await emulator.hooks.idle();
  expect(receiver.hints(system)).toEqual([{ entity: TREE }]);
  expect(JSON.stringify(receiver.heard[0]?.body)).toContain('ours & only');
  emulator.hooks.faults({ oversize: 1 });
  await system.write({ kind: 'delete', entity: TREE, key: made.key, expected: made.version, columns: {}, tag: 't' });
  await emulator.hooks.idle();
  expect(receiver.hints(system)).toEqual([{ entity: TREE }, { entity: TREE }]);
});

test('what the finance service pushes points at the row, also of a deletion', async () => {
  const emulator = await startFinops({ seed: FINOPS_SEED });
  const binding = { entity: TREE, set: 'ABCTrees', columns: ['One'], where: {}, constants: {} };
  const system = await opened('finops', { url: emulator.url, company: 'abct', auth: authOf(emulator.url) }, [binding]);
  cleanups.push(
    () => emulator.close(),
    () => system.close(),
  );
  const receiver = await listen();
  emulator.hooks.add({ url: receiver.url });
  const made = await system.write({ kind: 'create', entity: TREE, columns: { One: 'x' }, tag: 't' });
  if (made.kind !== 'written') throw new Error(JSON.stringify(made));
  await system.write({ kind: 'delete', entity: TREE, key: made.key, expected: made.version, columns: {}, tag: 't' });
  await emulator.hooks.idle();
  expect(receiver.hints(system)).toEqual([
    { entity: TREE, key: made.key },
    { entity: TREE, key: made.key },
  ]);
});
