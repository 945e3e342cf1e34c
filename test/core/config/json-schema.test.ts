import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configJsonSchema } from '@concord/core';
import { expect, test } from 'vitest';

const FILE = join(import.meta.dirname, '../../../packages/core/schema/concord.schema.json');
const COMMAND = 'UPDATE_SCHEMA=1 npx vitest run test/core/config/json-schema.test.ts';

test('the schema that editors use is the one that the code makes', async () => {
  const made = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
  if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, made);
  const kept = await readFile(FILE, 'utf8').catch(() => '');
  expect(kept === made, `packages/core/schema/concord.schema.json is out of date. Make it anew: ${COMMAND}`).toBe(true);
});

test('the schema names every policy, by its bare name only where that is enough', () => {
  const text = JSON.stringify(configJsonSchema());
  for (const name of ['latest', 'immutable', 'counter', 'set', 'manual', 'text']) expect(text).toContain(`"const":"${name}"`);
  for (const name of ['owner', 'prefer', 'rank']) expect(text).not.toContain(`"const":"${name}"`);
  for (const name of ['owner', 'prefer', 'rank']) expect(text).toContain(`"required":["${name}"]`);
});

test('a policy within another is completed like any other', () => {
  const text = JSON.stringify(configJsonSchema());
  expect(text).toMatch(/"then":\{[^}]*"\$ref":"#\/\$defs\/policy"/u);
});
