import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importLedger, readOnlyLedger, sqliteLedger } from '@concord/adapters';
import { ConcordError, type Json } from '@concord/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { livedThrough, peopleIn } from '../kit/erasing.ts';
import { damaged, hostileJson, torn } from '../kit/malformed.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-import-'));
let lines: readonly string[] = [];

beforeAll(async () => {
  const file = join(folder, 'whole.db');
  const kept = sqliteLedger({ file });
  const house = peopleIn(kept);
  await livedThrough(house);
  await house.stop();
  await kept.close();
  const ledger = readOnlyLedger({ file });
  lines = [...ledger.lines()];
  await ledger.close();
}, LONG_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* feed(all: readonly string[]): AsyncGenerator<string> {
  yield* all;
}

/** Whatever else it throws is a defect. A ledger that is refused leaves nothing. */
async function answerTo(all: readonly string[]): Promise<string> {
  const file = join(folder, 'new.db');
  try {
    await importLedger(file, feed(all));
    return 'taken';
  } catch (thrown) {
    if (!(thrown instanceof ConcordError)) throw thrown;
    expect([existsSync(file), existsSync(`${file}.importing`)]).toEqual([false, false]);
    return thrown.code;
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  }
}

/** With an end that fits: whoever changes a line can count and hash. */
function ended(body: readonly string[]): readonly string[] {
  const digest = createHash('sha256');
  for (const line of body) digest.update(`${line}\n`);
  return [...body, JSON.stringify({ kind: 'end', lines: body.length, sha256: digest.digest('hex') })];
}

test('an export in which any line was altered is refused, and leaves nothing', { timeout: LONG_MS }, async () => {
  expect(await answerTo(lines)).toBe('taken');
  await fc.assert(
    fc.asyncProperty(
      fc.nat(lines.length - 1).chain((at) => fc.oneof(torn(lines[at] ?? ''), hostileJson).map((line) => ({ at, line }))),
      async ({ at, line }) => {
        fc.pre(line !== lines[at]);
        // A line within a line, or an empty one, is how the reader of lines would see it.
        fc.pre(line !== '' && !/[\r\n]/u.test(line));
        expect(await answerTo(lines.with(at, line))).toBe('IMPORT_WRONG');
      },
    ),
    { numRuns: runs(40) },
  );
});

test(
  'an export that was altered, and counted and hashed anew, is taken or refused in words, never the end of it',
  { timeout: LONG_MS },
  async () => {
    const body = lines.slice(0, -1);
    const parsed = body.map((line): Json => JSON.parse(line));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(body.length - 1).chain((at) => damaged(parsed[at] ?? null).map((json) => ({ at, line: JSON.stringify(json) }))),
        async ({ at, line }) => {
          expect(['taken', 'IMPORT_WRONG']).toContain(await answerTo(ended(body.with(at, line))));
        },
      ),
      { numRuns: runs(60) },
    );
  },
);

test.each([
  ['a record that is told twice', (body: readonly string[]) => [...body.slice(0, 2), ...body.slice(1)]],
  ['a change that is told twice', (body: readonly string[]) => body.toSpliced(2, 0, body[2] ?? '')],
  ['a row whose column is a list', (body: readonly string[]) => [...body, '{"kind":"row","table":"notes","row":{"name":"a","told":[]}}']],
  ['a row without a column', (body: readonly string[]) => [...body, '{"kind":"row","table":"links","row":{}}']],
  [
    'a change without its story',
    (body: readonly string[]) => body.map((line, at) => (at === 2 ? line.replace(/,"told":.*$/u, '}') : line)),
  ],
  [
    'a change with a number that is none',
    (body: readonly string[]) => body.map((line, at) => (at === 2 ? line.replace(/"seq":\d+/u, '"seq":"x"') : line)),
  ],
])('%s is refused as a line that is wrong', async (_title, alter) => {
  expect(await answerTo(ended(alter(lines.slice(0, -1))))).toBe('IMPORT_WRONG');
});
