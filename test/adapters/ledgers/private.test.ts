import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importLedger, restoreLedger, sqliteLedger } from '@concord/adapters';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fullPlan, sampleCommit, sampleId } from '../../../packages/core/src/contract/ledger-samples.ts';
import { writeLines } from '../../../packages/server/src/cli/ledger/transfer.ts';

let folder = '';
let mask = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-private-'));
  // As on a machine on which everybody may read what others make.
  mask = process.umask(0);
});
afterEach(() => {
  process.umask(mask);
  rmSync(folder, { recursive: true, force: true });
});

const rights = (file: string): string => (statSync(file).mode & 0o777).toString(8);

/** Every file of the folder, with its rights. */
function all(): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name, parentPath }) => [name, rights(join(parentPath, name))]));
}

test('the files of a ledger, its log, backups, exports, what is imported and what is restored belong to their owner alone', async () => {
  const file = join(folder, 'ledger.db');
  const ledger = sqliteLedger({ file });
  await ledger.commit(sampleCommit([fullPlan(sampleId(1))]));
  await ledger.backUp(join(folder, 'backup.db'));
  await writeLines(ledger.lines(), join(folder, 'export.jsonl'));
  expect(existsSync(`${file}-wal`)).toBe(true);
  expect(new Set(Object.values(all()))).toEqual(new Set(['600']));
  await ledger.close();
  chmodSync(join(folder, 'backup.db'), 0o644);
  await restoreLedger({
    from: join(folder, 'backup.db'),
    to: file,
    aside: join(folder, 'aside.db'),
    examine: () => Promise.resolve(),
    by: 'anna',
    nowMs: 0,
  });
  await importLedger(join(folder, 'imported.db'), emptyLedger());
  expect({ ...all(), 'backup.db': '600' }).toEqual(Object.fromEntries(Object.keys(all()).map((name) => [name, '600'])));
});

test('a ledger and an export that were open to others are not any more', async () => {
  const file = join(folder, 'ledger.db');
  await sqliteLedger({ file }).close();
  const exported = join(folder, 'export.jsonl');
  await writeLines(['{}'], exported);
  for (const one of [file, exported]) chmodSync(one, 0o644);
  const ledger = sqliteLedger({ file });
  await writeLines(ledger.lines(), exported);
  expect([rights(file), rights(exported)]).toEqual(['600', '600']);
  await ledger.close();
});

/** The lines of a ledger in which nothing stands. */
async function* emptyLedger(): AsyncGenerator<string> {
  const ledger = sqliteLedger({ file: join(folder, 'empty.db') });
  const lines = [...ledger.lines()];
  await ledger.close();
  yield* lines;
}
