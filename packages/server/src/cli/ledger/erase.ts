import { sqliteLedger } from '@concord/adapters';
import { erasureIn, recordId, type ErasedTold, type OperatorAct } from '@concord/core';
import { Type } from 'typebox';
import { clock } from '../../surroundings.ts';
import { tellErasure } from '../../views/erasure.ts';
import { exactlyOne, postTo, SIDECAR_OR_NONE } from '../lab/asked.ts';
import { askItIn, inLaboratory, ledgerToRead, unlocked } from '../lab/opened.ts';

export interface EraseGiven {
  readonly url?: string;
  readonly config?: string;
  readonly record: string;
  readonly field?: readonly string[];
  readonly by: string;
  readonly note?: string;
}

/** Has values of a record leave the ledger: by the sidecar that runs, or here where none does. */
export async function erase({ record, field, by, note, ...where }: EraseGiven): Promise<number> {
  const asked = { by, ...(field ? { fields: field } : {}), ...(note === undefined ? {} : { note }) };
  const told = await exactlyOne(where, SIDECAR_OR_NONE, {
    ask: (url) => eraseThere(url, record, asked),
    work: (config) => eraseHere(config, record, asked),
  });
  console.log(`${told.fields.join(', ')}: erased from ${told.changes} changes of ${told.records.length} record(s).`);
  console.log(
    'The systems hold what they held. Backups, exports and documents from before still tell the values: delete those that you keep.',
  );
  return 0;
}

const shape = Type.Object({
  fields: Type.Array(Type.String()),
  records: Type.Array(Type.String()),
  changes: Type.Number(),
});

type Extent = Pick<ErasedTold, 'fields' | 'changes'> & { readonly records: readonly string[] };
type Asked = Pick<EraseGiven, 'by' | 'note'> & { readonly fields?: readonly string[] };

function eraseThere(url: string, record: string, asked: Asked): Promise<Extent> {
  const { fields, ...rest } = asked;
  const body = { ...rest, ...(fields ? { fields: [...fields] } : {}) };
  return postTo(`${url}/v1/records/${encodeURIComponent(record)}/erase`, body, shape);
}

async function eraseHere(file: string, record: string, asked: Asked): Promise<Extent> {
  let told: Extent | undefined;
  await inLaboratory(file, async ({ config, tables }) => {
    const ledger = unlocked(config, askItIn, () => sqliteLedger(config.ledger));
    try {
      told = await erasureIn({ ledger, tables, nowMs: () => clock.nowMs() }, { record: recordId(record), ...asked });
      return 0;
    } finally {
      await ledger.close();
    }
  });
  return told ?? { fields: [], records: [], changes: 0 };
}

const PAGE_ROWS = 200;

/** Lists what was erased, latest first; a ledger or a backup. */
export async function erasures({ config: file, ledger: other }: { readonly config: string; readonly ledger?: string }): Promise<number> {
  return inLaboratory(file, async ({ config }) => {
    const ledger = ledgerToRead(config, other);
    try {
      let after: string | undefined;
      do {
        const page = await ledger.acts({ limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) });
        for (const act of page.items) tell(act);
        after = page.next;
      } while (after !== undefined);
      return 0;
    } finally {
      await ledger.close();
    }
  });
}

function tell(act: OperatorAct): void {
  const told = tellErasure(act);
  if (!told) return;
  const why = told.note === undefined ? '' : `: ${told.note}`;
  console.log(`${told.at} ${told.by} ${told.record} ${told.fields.join(', ')} (${told.changes} changes)${why}`);
}
