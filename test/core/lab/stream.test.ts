import {
  actorOf,
  changeHash,
  entityName,
  gatherFacts,
  LAB_PAGE_ROWS,
  recordId,
  replay,
  type ChangeRow,
  type RecordState,
} from '@concord/core';
import { expect, test } from 'vitest';
import { openShelf } from '../../kit/shelf.ts';
import { CE, FNO, tableOf } from '../../kit/tables.ts';

const RECORDS = 25;
const CHANGES = 200;
const PAGE = 10;
/** Of records, and of each record's changes. */
const PAGES = Math.ceil(RECORDS / PAGE) + RECORDS * Math.ceil(CHANGES / PAGE);
const table = tableOf({ account: {}, name: {} });
const manual = tableOf({ account: {}, name: { policy: { name: 'manual', options: undefined } } });

function* records(from: number): Iterable<RecordState> {
  for (let index = from; index < RECORDS; index += 1) {
    const blank = { revision: 1, seq: CHANGES, heads: [], maxOp: CHANGES, actors: {}, links: {}, registers: {} };
    yield { id: recordId(`r${index}`), entity: entityName('customer'), ...blank };
  }
}

/** In turns, a minute apart; every tenth edit comes a second after the one before, and did not know it. */
function* changes(record: RecordState['id'], from: number): Iterable<ChangeRow> {
  for (let seq = from + 1; seq <= CHANGES; seq += 1) {
    const system = seq % 2 === 0 ? CE : FNO;
    const stamp = { ms: 1_700_000_000_000 + seq * 60_000 - (seq % 10 === 0 ? 59_000 : 0), count: 0, system };
    const saw = seq % 10 === 0 ? seq - 2 : seq - 1;
    const edit = { register: 'name', system, value: `v${seq}`, saw, number: seq, stamp, ...(seq === 1 ? {} : { on: `v${saw}` }) };
    const told = { patch: [], edits: [edit], resolutions: [] };
    yield { record, seq, hash: changeHash(`${record}-${seq}`), actor: actorOf(system), system, stamp, chunk: new Uint8Array(), ...told };
  }
}

test('a history is played page by page: every page is asked for once, none is larger, and after each somebody else has a turn', async () => {
  const shelf = openShelf({ records, changes });
  let turns = 0;
  const pause = async (): Promise<void> => {
    turns += 1;
    // The page just read was the last one that was asked for: nobody reads ahead.
    expect(shelf.pages() - turns).toBeLessThanOrEqual(1);
  };
  const tables = new Map([['customer', table]]);
  const report = await replay(shelf, tables, { kind: 'policies', tables: new Map([['customer', manual]]) }, { pause, pageRows: PAGE });
  expect([report.records, report.changes]).toEqual([RECORDS, RECORDS * CHANGES]);
  expect([shelf.asked(), shelf.pages(), turns]).toEqual([PAGE, PAGES, PAGES]);
  const [name] = report.registers;
  expect(name).toMatchObject({ register: 'name', before: 'latest', after: 'manual', newlyHeld: RECORDS, differing: 20 * RECORDS });
  expect(name?.examples).toHaveLength(3);
  expect(report.losses).toMatchObject({ before: 20 * RECORDS, after: 0 });
  expect(report.losses.onlyBefore).toHaveLength(100);
});

test('facts are gathered the same way, and grow with the registers, not with the changes', async () => {
  const shelf = openShelf({ records, changes });
  const facts = await gatherFacts(shelf, new Map([['customer', table]]));
  // The conflicts of two states, and the failures.
  const others = 3;
  expect([shelf.asked(), shelf.pages()]).toEqual([LAB_PAGE_ROWS, 1 + RECORDS + others]);
  // The first telling is a copy.
  expect(facts.registers.get('customer.name')).toMatchObject({ edits: RECORDS * (CHANGES - 1), rivals: RECORDS * 20 });
  expect([facts.gaps.lagMs(FNO, CE), facts.gaps.lagMs(CE, FNO)]).toEqual([1024, undefined]);
});
