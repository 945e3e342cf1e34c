import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFiles, ROOT } from './sources.ts';

const page = repositoryFiles().find(({ path }) => path === 'docs/security.md')?.text ?? '';
const rows = [...page.matchAll(/^\| (API\d+) [^|]+\|[^|]+\|([^|]+)\|$/gmu)].map(([, name = '', tests = '']) => ({
  name,
  tests: [...tests.matchAll(/`(test\/[\w./-]+)`/gu)].map(([, path = '']) => path),
}));

test('each of the ten has tests, and they are there', () => {
  expect(rows.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_one, index) => `API${index + 1}`));
  for (const { name, tests } of rows) {
    expect([name, tests.length > 0]).toEqual([name, true]);
    expect([name, tests.filter((path) => !existsSync(join(ROOT, path)))]).toEqual([name, []]);
  }
});
