import { ConcordError, NO_RULE, proofs, recordId, type LabLedger, type RecordState } from '@concord/core';
import { proofShape, tellProofs, type ProofTold } from '../../views/proof.ts';
import { either, getFrom, type Where } from './asked.ts';
import { withLedger } from './opened.ts';
import { fieldWord, valueWords } from './told.ts';

export interface ProveGiven extends Where {
  readonly all?: boolean;
}

const TOLD_EVERY = 1000;

/** Recomputes merged values from the stored edits alone, and holds them against the ledger. Answers 1 when one differs. */
export async function labProve(id: string | undefined, given: ProveGiven): Promise<number> {
  if ((id === undefined) !== (given.all ?? false)) throw new ConcordError('ASK_WRONG', { words: 'name a record, or give --all' });
  const query = id === undefined ? '' : `?record=${encodeURIComponent(id)}`;
  return either(
    given,
    async (url) => print(await getFrom(`${url}/v1/lab/prove${query}`, proofShape)),
    (config) =>
      withLedger(config, async ({ tables, ledger }) => {
        const record = id === undefined ? {} : { record: await recordIn(ledger, id) };
        const { records } = await ledger.counts();
        const progress = (count: number): void => {
          if (count % TOLD_EVERY === 0) console.error(`${count} of ${records} records played`);
        };
        return print(await tellProofs(proofs(ledger, tables, record), progress));
      }),
  );
}

async function recordIn(ledger: LabLedger, id: string): Promise<RecordState> {
  const record = await ledger.record(recordId(id));
  if (!record) throw new ConcordError('RECORD_UNKNOWN', { record: id });
  return record;
}

function print({ records, registers, differ, ruleChanged, erased, compacted, differences }: ProofTold): number {
  for (const difference of differences) console.log(lineOf(difference));
  const more = differ + ruleChanged - differences.length;
  if (more > 0) console.log(`… and ${more} more`);
  const other = ruleChanged === 0 ? '' : `; ${ruleChanged} were decided by a rule that is no longer configured`;
  const gone = erased === 0 ? '' : `; ${erased} cannot be proven, because values were erased`;
  console.log(`${records} records, ${registers} registers played from their edits alone, ${differ} differ${other}${gone}`);
  if (compacted > 0) console.log(`${compacted} records were compacted: what stood then is taken as told`);
  return differ === 0 ? 0 : 1;
}

type DifferenceTold = ProofTold['differences'][number];

function lineOf({ entity, record, name, register, stored, played, firstSeq, rule, ruleChanged }: DifferenceTold): string {
  const what = `${entity} ${name} (${record}) ${fieldWord(register)}`;
  if (ruleChanged !== undefined) {
    const then = ruleChanged === NO_RULE ? 'no rule decided it then' : `decided by ${ruleChanged}, which is no longer its policy`;
    return `${what}: ${then}; ${words(stored)} is stored, ${words(played)} is what the policy of today comes to`;
  }
  const by = rule === undefined ? '' : `, by ${rule}`;
  const since = firstSeq === undefined ? '' : `; change ${firstSeq} is the first that was decided otherwise${by}`;
  return `${what}: ${words(stored)} is stored, the edits come to ${words(played)}${since}`;
}

function words(standing: DifferenceTold['played']): string {
  return standing === undefined ? 'nothing' : `${valueWords(standing.values)}${standing.held ? ' while it waits' : ''}`;
}
