import { expect, test } from 'vitest';
import { assertions, breaches, machinePaths, ROOMS, tooLong } from './rules.ts';
import { importsOf, repositoryFiles, type SourceFile } from './sources.ts';

const files = repositoryFiles();
const sources = files.filter(({ path }) => path.startsWith('packages/') && path.endsWith('.ts'));
const core = dependenciesIn(files.find(({ path }) => path === 'packages/core/package.json'));

function dependenciesIn(manifest: SourceFile | undefined): readonly string[] {
  const told: unknown = JSON.parse(manifest?.text ?? '{}');
  const isManifest = typeof told === 'object' && told !== null && 'dependencies' in told;
  return isManifest && typeof told.dependencies === 'object' ? Object.keys(told.dependencies ?? {}) : [];
}

test('rooms import only rooms to their left, the core nothing of a platform, and adapters nothing of each other', () => {
  expect(core).not.toEqual([]);
  expect(breaches(sources, { core })).toEqual([]);
});

test('a plain string becomes a name of ours in ids.ts, and no type is asserted anywhere else', () => {
  expect(sources.flatMap(assertions)).toEqual([]);
});

test('no file is too long to be read in one sitting', () => {
  const written = files.filter(({ path }) => /\.(ts|mjs|js|tsx|css|html)$/u.test(path));
  expect(written.flatMap(tooLong)).toEqual([]);
});

test('nothing in the repository names a place that only one machine has', () => {
  expect(files.flatMap(machinePaths)).toEqual([]);
});

test('every room of the core is in the order of rooms, and the other way round', () => {
  const inside = sources.flatMap(({ path }) => /^packages\/core\/src\/(\w+)(?:\/|\.ts$)/u.exec(path)?.[1] ?? []);
  expect([...new Set(inside)].filter((room) => room !== 'index').toSorted()).toEqual([...ROOMS].toSorted());
});

test('the map of the house shows the rooms in the same order', () => {
  const map = files.find(({ path }) => path === 'ARCHITECTURE.md')?.text ?? '';
  expect(map).toContain(ROOMS.join(' → '));
});

const planted: readonly (readonly [string, string, string])[] = [
  ['a room that imports one to its right', 'packages/core/src/policy/wild.ts', `import { observe } from '../merge/observe.ts';`],
  ['also when it imports only a type', 'packages/core/src/record/wild.ts', `import type { Plan } from '../ports/plan.ts';`],
  ['also when it passes something on', 'packages/core/src/clock/wild.ts', `export * from '../record/record.ts';`],
  ['also when it imports late', 'packages/core/src/ids.ts', `const late = await import("./engine/engine.ts");`],
  ['also over several lines', 'packages/core/src/map/wild.ts', `import {\n  judge,\n} from '../merge/judge.ts';`],
  ['a core that needs Node', 'packages/core/src/engine/wild.ts', `import { readFileSync } from 'node:fs';`],
  ['a core that needs a package it does not declare', 'packages/core/src/engine/wild.ts', `import fastify from 'fastify';`],
  ['a core that knows adapters', 'packages/core/src/engine/wild.ts', `import { memory } from '@concord/adapters';`],
  ['an adapter that knows the server', 'packages/adapters/src/systems/x/wild.ts', `import { startSidecar } from '@concord/server';`],
  ['a system that imports another', 'packages/adapters/src/systems/finops/wild.ts', `import { read } from '../dataverse/read.ts';`],
  [
    'an emulator that shares the client',
    'packages/adapters/src/emulators/finops/wild.ts',
    `import { client } from '../../shared/odata/client.ts';`,
  ],
  [
    'an emulator that imports an adapter',
    'packages/adapters/src/emulators/wire/wild.ts',
    `import { read } from '../../systems/finops/read.ts';`,
  ],
  ['a route that knows adapters', 'packages/server/src/routes/wild.ts', `import { memory } from '@concord/adapters';`],
];

test.each(planted)('%s is caught', (_what, path, text) => {
  expect(breaches([{ path, text }], { core })).toHaveLength(1);
});

test('what is allowed is not caught', () => {
  const allowed = [
    {
      path: 'packages/core/src/merge/tame.ts',
      text: `import { z } from 'zod';\nimport { must } from '../errors/must.ts';\n// import x from 'node:fs'`,
    },
    {
      path: 'packages/adapters/src/systems/finops/tame.ts',
      text: `import { a } from '../../shared/json/look.ts';\nimport { b } from './read.ts';`,
    },
    { path: 'packages/server/src/compose.ts', text: `import { memory } from '@concord/adapters';` },
  ];
  expect(breaches(allowed, { core })).toEqual([]);
  expect(importsOf(`import 'a';\nimport b, { type C } from "d";\nexport { e } from 'f';\nconst g = 'import h from i';`)).toEqual([
    'a',
    'd',
    'f',
  ]);
});

test.each(['const key = text as Key;', 'return { ...row } as unknown as Row;', 'const first = rows[0]!;', 'use(link!.key);'])(
  '%s is caught as an assertion',
  (text) => {
    expect(assertions({ path: 'packages/core/src/merge/wild.ts', text })).not.toEqual([]);
  },
);

test.each([
  'const KINDS = ["a"] as const;',
  `import { a as b } from './c.ts';`,
  `export * as d from './e.ts';`,
  `throw new Error('the same as before');`,
  'if (!a && b !== c) d = !e;',
  '// as Key',
])('%s is no assertion', (text) => {
  expect(assertions({ path: 'packages/core/src/merge/tame.ts', text })).toEqual([]);
});

test('long files and places of one machine are caught', () => {
  expect(tooLong({ path: 'a.ts', text: 'x\n'.repeat(401) })).toHaveLength(1);
  expect(tooLong({ path: 'a.ts', text: 'x\n'.repeat(400) })).toEqual([]);
  const place = ['', 'home', 'ann', 'concord'].join('/');
  expect(machinePaths({ path: 'a.md', text: `See ${place}/README.md` })).toHaveLength(1);
  expect(machinePaths({ path: 'a.md', text: 'See https://example.org/home/ann and packages/work/x' })).toEqual([]);
});
