import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '@concord/core';
import { ledgerLaws, type LedgerRig } from '@concord/core/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryLedger } from '../../packages/adapters/src/ledgers/memory/ledger.ts';
import { sqliteLedger } from '../../packages/adapters/src/ledgers/sqlite/ledger.ts';

/** What to do once a law has been run, last thing first. */
const cleanups: (() => Promise<void>)[] = [];

const rigs: Readonly<Record<string, LedgerRig>> = {
  memory: { open: async () => closing(memoryLedger()) },
  sqlite: { open: openSqlite, reopen: reopenSqlite },
};

const files = new Map<Ledger, string>();

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  files.clear();
});

describe.each(Object.entries(rigs))('%s', (_name, rig) => {
  test.each(ledgerLaws.map((law) => [law.law, law] as const))('%s', async (_title, law) => {
    await expect(law.run(rig)).resolves.toBeUndefined();
  });
});

async function openSqlite(): Promise<Ledger> {
  const folder = await mkdtemp(join(tmpdir(), 'concord-ledger-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  return openFile(join(folder, 'ledger.db'));
}

async function reopenSqlite(ledger: Ledger): Promise<Ledger> {
  const file = files.get(ledger) ?? '';
  await ledger.close();
  return openFile(file);
}

function openFile(file: string): Ledger {
  const ledger = closing(sqliteLedger({ file }));
  files.set(ledger, file);
  return ledger;
}

function closing(ledger: Ledger): Ledger {
  cleanups.push(() => ledger.close());
  return ledger;
}
