import {
  ConcordError,
  nameOf,
  NO_RULE,
  prove,
  recordId,
  recordsOf,
  type Difference,
  type LabLedger,
  type RecordState,
  type Table,
} from '@concord/core';
import { valuesOf, fieldsIn } from '../../views/values.ts';
import { inLaboratory, STOP_IT } from './opened.ts';
import { fieldWord, valueWords } from './told.ts';

export interface ProveGiven {
  readonly config: string;
  readonly all?: boolean;
}

const TOLD_EVERY = 1000;

/** Recomputes merged values from the stored edits alone, and holds them against the ledger. Answers 1 when one differs. */
export function labProve(id: string | undefined, { config, all = false }: ProveGiven): Promise<number> {
  if ((id === undefined) !== all) throw new ConcordError('LAB_ASK_WRONG', { words: 'name a record, or give --all' });
  return inLaboratory(config, STOP_IT, async ({ tables, ledger }) => {
    const { records } = await ledger.counts();
    const sums = { records: 0, registers: 0, wrong: 0, changed: 0 };
    for await (const record of id === undefined ? recordsOf(ledger, undefined) : one(ledger, id)) {
      const table = tables.get(record.entity);
      if (!table) continue;
      const { registers, differences } = await prove(ledger, table, record);
      for (const difference of differences) console.log(lineOf(table, record, difference));
      sums.records += 1;
      sums.registers += registers;
      sums.wrong += differences.filter(({ ruleChanged }) => ruleChanged === undefined).length;
      sums.changed += differences.filter(({ ruleChanged }) => ruleChanged !== undefined).length;
      if (sums.records % TOLD_EVERY === 0) console.log(`${sums.records} of ${records} records played`);
    }
    const other = sums.changed === 0 ? '' : `; ${sums.changed} were decided by a rule that is no longer configured`;
    console.log(`${sums.records} records, ${sums.registers} registers played from their edits alone, ${sums.wrong} differ${other}`);
    return sums.wrong === 0 ? 0 : 1;
  });
}

async function* one(ledger: LabLedger, id: string): AsyncGenerator<RecordState> {
  const record = await ledger.record(recordId(id));
  if (!record) throw new ConcordError('RECORD_UNKNOWN', { record: id });
  yield record;
}

function lineOf(table: Table, record: RecordState, difference: Difference): string {
  const { register, stored, played, firstSeq, told, ruleChanged } = difference;
  const what = `${record.entity} ${nameOf(table, record)} (${record.id}) ${fieldWord(register)}`;
  const fields = fieldsIn(table, register);
  const words = (standing: typeof stored | undefined): string =>
    standing === undefined ? 'nothing' : `${valueWords(valuesOf(fields, standing.value))}${standing.held ? ' while it waits' : ''}`;
  const since =
    firstSeq === undefined ? '' : `; change ${firstSeq} is the first that was decided otherwise${told ? `, by ${told.rule}` : ''}`;
  if (ruleChanged !== undefined) {
    const then = ruleChanged === NO_RULE ? 'no rule decided it then' : `decided by ${ruleChanged}, which is no longer its policy`;
    return `${what}: ${then}; ${words(stored)} is stored, ${words(played)} is what the policy of today comes to`;
  }
  return `${what}: ${words(stored)} is stored, the edits come to ${words(played)}${since}`;
}
