import { sqliteLedger } from '@concord/adapters';
import {
  ConcordError,
  entityName,
  openListDigest,
  plansFor,
  revised,
  type JsonObject,
  type Ledger,
  type RevisedRecord,
  type Tables,
} from '@concord/core';
import { clock, ids } from '../../surroundings.ts';
import { applyShape, tellRevisions, type ApplyTold, type RevisionTold } from '../../views/revisions.ts';
import { either, policiesIn, postTo, type Where } from './asked.ts';
import { askItIn, inLaboratory, overlaid, unlocked } from './opened.ts';
import { fieldWord, valueWords } from './told.ts';

export interface ApplyGiven extends Where {
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
  return either(
    given,
    (url) => applyThere(url, given),
    (config) =>
      inLaboratory(config, async (laboratory) => {
        const { tables } = laboratory;
        const others = overlaid(given.policies, laboratory);
        if (given.entity !== undefined && !tables.has(given.entity))
          throw new ConcordError('ASK_WRONG', { words: `there is no entity "${given.entity}"` });
        const ledger = unlocked(laboratory.config, askItIn, () => sqliteLedger(laboratory.config.ledger));
        try {
          return await applyHere(ledger, tables, others, given);
        } finally {
          await ledger.close();
        }
      }),
  );
}

/** By the sidecar that runs there: its systems are written to at once. */
async function applyThere(url: string, given: ApplyGiven): Promise<number> {
  const { policies: file, entity, by, note = `policies of ${given.policies}` } = given;
  const body: JsonObject = { policies: await policiesIn(file), by, note, ...(entity === undefined ? {} : { entity }) };
  const ask = (review: JsonObject = {}): Promise<ApplyTold> => postTo(`${url}/v1/lab/apply`, { ...body, ...review }, applyShape);
  if (given.review !== undefined) return tellChanged(await ask({ review: given.review }), given);
  const { list, records, registers, revisions } = await ask();
  for (const line of revisions.map(lineOf)) console.log(line);
  if (registers > revisions.length) console.log(`… and ${registers - revisions.length} more`);
  if (list === undefined || !tellList(list, records, registers, given)) return tellNothing(records);
  return tellChanged(await ask({ review: list }), given);
}

function tellChanged({ list, records, registers, changed = 0, moved = 0 }: ApplyTold, given: ApplyGiven): number {
  if (list === undefined) return tellNothing(records);
  if (given.review !== undefined) tellList(list, records, registers, given);
  const left = moved === 0 ? '' : ` ${moved} came to something else meanwhile and were left as they are: run it again to see them.`;
  console.log(`${changed} records were changed, and are being written to the systems.${left}`);
  return moved === 0 ? 0 : 1;
}

async function applyHere(ledger: Ledger, tables: Tables, others: Tables, given: ApplyGiven): Promise<number> {
  const digest = openListDigest();
  let [records, registers] = [0, 0];
  for await (const found of revised(ledger, tables, others, asked(given))) {
    digest.add(found.record.id, found.revisions);
    records += 1;
    registers += found.revisions.length;
    if (given.review === undefined) for (const line of tellRevisions(found).map(lineOf)) console.log(line);
  }
  if (records === 0) return tellNothing(records);
  const list = digest.text();
  if (given.review !== undefined && given.review !== list)
    throw new ConcordError('LAB_LIST_MOVED', { found: list, reviewed: given.review });
  return tellList(list, records, registers, given) ? applyList(ledger, tables, others, given, list) : 0;
}

/** Whether somebody agreed to the list. */
function tellList(list: string, records: number, registers: number, { yes = false, review }: ApplyGiven): boolean {
  console.log(`${registers} values of ${records} records. This list is ${list}.`);
  if (yes || review !== undefined) return true;
  console.log(
    `Nothing was changed. To change them: the same with --review ${list}, which is refused if the list has moved; or with --yes.`,
  );
  return false;
}

function tellNothing(records: number): number {
  if (records === 0) console.log('Nothing is left to change: every merged value is what these policies come to.');
  return 0;
}

function asked({ entity }: ApplyGiven) {
  return entity === undefined ? {} : { entity: entityName(entity) };
}

async function applyList(ledger: Ledger, tables: Tables, others: Tables, given: ApplyGiven, list: string): Promise<number> {
  const note = given.note ?? `policies of ${given.policies}, list ${list}`;
  let [batch, done]: [RevisedRecord[], number] = [[], 0];
  const flush = async (): Promise<void> => {
    done += await commit(ledger, batch, given.by, note);
    batch = [];
  };
  for await (const found of revised(ledger, tables, others, asked(given))) {
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

function lineOf({ entity, name, register, before, after }: RevisionTold): string {
  const why = after.rule === undefined ? '' : ` (${after.rule}: ${after.reason ?? ''})`;
  return `${entity} ${name}  ${fieldWord(register)}: ${valueWords(before.values)}${before.held ? ' while it waits' : ''} → ${valueWords(after.values)}${why}`;
}
