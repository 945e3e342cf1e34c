import { sqliteLedger } from '@concord/adapters';
import {
  ConcordError,
  entityName,
  nameOf,
  openListDigest,
  plansFor,
  revised,
  type Ledger,
  type RevisedRecord,
  type Table,
} from '@concord/core';
import { clock, ids } from '../../surroundings.ts';
import { tellStanding } from '../../views/lab.ts';
import { loadConfig } from '../config-file.ts';
import { STOP_IT, tablesOf, unlocked } from './opened.ts';
import { entitiesIn } from './replay.ts';
import { fieldWord, valueWords } from './told.ts';

export interface ApplyGiven {
  readonly config: string;
  readonly policies: string;
  readonly entity?: string;
  readonly by: string;
  readonly note?: string;
  readonly yes?: boolean;
  readonly review?: string;
}

/** So many records go into one transaction. */
const RECORDS_TOGETHER = 100;

/** Brings what is merged to where other policies would have it: shows the list first, and changes nothing until somebody agrees to it. */
export async function labApply(given: ApplyGiven): Promise<number> {
  const config = loadConfig(given.config);
  const others = tablesOf(entitiesIn(given.policies, config));
  if (given.entity !== undefined && !others.has(given.entity))
    throw new ConcordError('LAB_ASK_WRONG', { words: `there is no entity "${given.entity}"` });
  const ledger = unlocked(config, STOP_IT, () => sqliteLedger(config.ledger));
  try {
    return await review(ledger, others, given);
  } finally {
    await ledger.close();
  }
}

async function review(ledger: Ledger, tables: ReadonlyMap<string, Table>, given: ApplyGiven): Promise<number> {
  const digest = openListDigest();
  let [records, registers] = [0, 0];
  for await (const found of revised(ledger, tables, asked(given))) {
    digest.add(found);
    records += 1;
    registers += found.revisions.length;
    if (given.review === undefined) for (const line of linesOf(found)) console.log(line);
  }
  if (records === 0) {
    console.log('Nothing is left to change: every merged value is what these policies come to.');
    return 0;
  }
  const found = digest.text();
  if (given.review !== undefined && given.review !== found) throw new ConcordError('LAB_LIST_MOVED', { found, reviewed: given.review });
  console.log(`${registers} values of ${records} records. This list is ${found}.`);
  if (given.yes !== true && given.review === undefined) {
    console.log(
      `Nothing was changed. To change them: the same with --review ${found}, which is refused if the list has moved; or with --yes.`,
    );
    return 0;
  }
  return apply(ledger, tables, given, found);
}

function asked({ entity }: ApplyGiven) {
  return entity === undefined ? {} : { entity: entityName(entity) };
}

async function apply(ledger: Ledger, tables: ReadonlyMap<string, Table>, given: ApplyGiven, digest: string): Promise<number> {
  const note = given.note ?? `policies of ${given.policies}, list ${digest}`;
  let [batch, done]: [RevisedRecord[], number] = [[], 0];
  const flush = async (): Promise<void> => {
    done += await commit(ledger, batch, given.by, note);
    batch = [];
  };
  for await (const found of revised(ledger, tables, asked(given))) {
    batch.push(found);
    if (batch.length >= RECORDS_TOGETHER) await flush();
  }
  await flush();
  console.log(`${done} records were changed. The sidecar writes them to the systems when it is started.`);
  return 0;
}

/** All or nothing of a batch; what an interrupted run has not come to is found by the next one. */
async function commit(ledger: Ledger, batch: readonly RevisedRecord[], by: string, note: string): Promise<number> {
  // Whether a delivery that is planned was ever sent, nobody knows of a sidecar that is not running.
  const context = { nowMs: clock.nowMs(), newRecord: ids.record(), neverSent: () => false };
  const plans = batch.flatMap((found) => plansFor(found, { by, note, context }));
  const answers = await ledger.commit({ plans, cursors: [], failures: [], acts: [] });
  const refused = answers.findIndex(({ kind }) => kind !== 'committed');
  if (refused >= 0)
    throw new Error(`Record ${String(plans[refused]?.record.id)} moved while it was changed. Is another process writing to this ledger?`);
  return batch.length;
}

function linesOf({ record, table, revisions }: RevisedRecord): readonly string[] {
  return revisions.map(({ register, fields, before, after }) => {
    const [from, to] = [tellStanding(fields, before), tellStanding(fields, after)];
    const why = after.rule === undefined ? '' : ` (${after.rule}: ${after.reason ?? ''})`;
    return `${record.entity} ${nameOf(table, record)}  ${fieldWord(register)}: ${valueWords(from.values)}${before.held ? ' while it waits' : ''} → ${valueWords(to.values)}${why}`;
  });
}
