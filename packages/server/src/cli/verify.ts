import { quickjsSandbox, sqliteLedger } from '@concord/adapters';
import { compileTable, policyKinds, verifyRecord, type ChangeRow, type Ledger, type RecordState, type Table } from '@concord/core';
import { loadConfig } from './config-file.ts';

const PAGE = 200;
const TOLD_EVERY = 1000;

/** Loads every document of the ledger with Automerge, folds its patches, and holds both against its row. The sidecar must not be running. */
export async function verify(file: string): Promise<number> {
  const config = loadConfig(file);
  const sandbox = quickjsSandbox();
  const kinds = policyKinds(config.policies, sandbox);
  const tables = new Map<string, Table>(config.entities.map((map) => [map.entity, compileTable(map, kinds)]));
  const ledger = sqliteLedger({ file: config.ledger.file });
  try {
    return await verifyAll(ledger, tables);
  } finally {
    await Promise.all([ledger.close(), sandbox.close()]);
  }
}

async function verifyAll(ledger: Ledger, tables: ReadonlyMap<string, Table>): Promise<number> {
  const { records } = await ledger.counts();
  let [done, wrong] = [0, 0];
  for await (const record of all(ledger)) {
    const table = tables.get(record.entity);
    const faults = table ? verifyRecord(table, record, await changesOf(ledger, record)) : [];
    for (const fault of faults) console.error(`${record.entity} ${record.id}: ${fault}`);
    wrong += faults.length > 0 ? 1 : 0;
    done += 1;
    if (done % TOLD_EVERY === 0) console.log(`${done} of ${records} records verified`);
  }
  console.log(`${done} records verified, ${wrong} wrong`);
  return wrong === 0 ? 0 : 1;
}

async function* all(ledger: Ledger): AsyncGenerator<RecordState> {
  let after: string | undefined;
  do {
    const page = await ledger.records({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

async function changesOf(ledger: Ledger, { id }: RecordState): Promise<readonly ChangeRow[]> {
  const changes: ChangeRow[] = [];
  let after: string | undefined;
  do {
    const page = await ledger.changes(id, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    changes.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return changes;
}
