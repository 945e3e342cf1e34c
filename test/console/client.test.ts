import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CONSOLE = join(import.meta.dirname, '../../packages/server/console');

test('the types of the client are those of the description', () => {
  const tool = join(CONSOLE, 'node_modules/openapi-typescript/bin/cli.js');
  const made = execFileSync(process.execPath, [tool, join(CONSOLE, '../../../docs/openapi.json')], {
    cwd: CONSOLE,
    encoding: 'utf8',
    maxBuffer: 10_000_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const kept = readFileSync(join(CONSOLE, 'src/api/openapi.d.ts'), 'utf8');
  expect(kept === made, 'out of date: npx --yes pnpm@12.21.0 --filter @concord/console client').toBe(true);
});
