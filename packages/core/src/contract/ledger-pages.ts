import { keyOf } from '../ids.ts';
import { check, checkRefused, checkSame } from './check.ts';
import type { LedgerLaw } from './ledger.ts';
import {
  CE,
  CUSTOMER,
  FNO,
  sampleAct,
  sampleChange,
  sampleCommit,
  sampleConflict,
  sampleDelivery,
  sampleFailure,
  sampleId,
  samplePlan,
  sampleRecord,
} from './ledger-samples.ts';
import { PAGE_ROWS_MAX, type Commit, type Ledger, type PageAsk, type PageOf } from '../ports/ledger.ts';
import type { Plan } from '../ports/plan.ts';

const ROWS = 7;
const PAGES_MAX = 50;
const LISTED = sampleId(1);

/** Every list of a ledger, with the order that its port promises, as a name for each row. */
const lists: Readonly<Record<string, (ledger: Ledger, ask: PageAsk) => Promise<PageOf<string>>>> = {
  links: async (ledger, ask) => names(await ledger.links(FNO, CUSTOMER, ask), (row) => row.key),
  deliveries: async (ledger, ask) => names(await ledger.deliveries(ask), (row) => `${row.dueAtMs} ${row.id}`),
  'deliveries of a system': async (ledger, ask) => names(await ledger.deliveries({ ...ask, system: CE }), (row) => row.id),
  'the queue of a system and an entity': async (ledger, ask) => names(await ledger.queued(CE, CUSTOMER, ask), (row) => row.record),
  records: async (ledger, ask) => names(await ledger.records(ask), (row) => row.id),
  'records of an entity': async (ledger, ask) => names(await ledger.records({ ...ask, entity: CUSTOMER }), (row) => row.id),
  changes: async (ledger, ask) => names(await ledger.changes(LISTED, ask), (row) => String(row.seq)),
  'changes from a place': async (ledger, ask) => names(await ledger.changes(LISTED, { ...ask, fromSeq: 3 }), (row) => String(row.seq)),
  conflicts: async (ledger, ask) => names(await ledger.conflicts(ask), (row) => row.id),
  'conflicts of a state': async (ledger, ask) => names(await ledger.conflicts({ ...ask, state: 'settled' }), (row) => row.id),
  failures: async (ledger, ask) => names(await ledger.failures(ask), (row) => row.words),
  acts: async (ledger, ask) => names(await ledger.acts(ask), (row) => row.note ?? ''),
};

/** Laws about lists. */
export const pageLaws: readonly LedgerLaw[] = [
  ...Object.entries(lists).flatMap(([name, list]) => [
    {
      law: `pages of ${name} join to the whole list, without gap or repeat`,
      run: async (rig: Parameters<LedgerLaw['run']>[0]) => {
        const ledger = await filled(rig);
        const whole = await list(ledger, { limit: PAGE_ROWS_MAX });
        check(whole.items.length >= ROWS - 2 && whole.next === undefined, 'the whole list fits a large page');
        check(new Set(whole.items).size === whole.items.length, 'no row is told twice');
        for (const limit of [1, 2, 3, whole.items.length]) checkSame(await walk(ledger, list, limit), whole.items, `pages of ${limit}`);
      },
    },
    {
      law: `pages of ${name} tell every row that was there at the start, once, while rows are added`,
      run: async (rig: Parameters<LedgerLaw['run']>[0]) => {
        const ledger = await filled(rig);
        const before = (await list(ledger, { limit: PAGE_ROWS_MAX })).items;
        let added = ROWS;
        const told = await walk(ledger, list, 2, async () => {
          added += 1;
          await ledger.commit(rowsOf(added));
        });
        check(new Set(told).size === told.length, 'no row is told twice');
        check(
          before.every((row) => told.includes(row)),
          'no row is left out',
        );
      },
    },
  ]),
  {
    law: 'lists are in the order that their port promises',
    run: async (rig) => {
      const ledger = await filled(rig);
      const seqs = (await ledger.changes(LISTED, { limit: 100 })).items.map((row) => row.seq);
      check(isRising(seqs), 'changes by seq');
      const due = (await ledger.deliveries({ limit: 100 })).items.map((row) => row.dueAtMs);
      check(isRising(due) && new Set(due).size > 1, 'deliveries by due time');
      const opened = (await ledger.conflicts({ limit: 100 })).items.map((row) => row.openedAtMs);
      check(isRising(opened.toReversed()), 'conflicts latest first');
      const words = (await ledger.failures({ limit: 100 })).items.map((row) => row.words);
      checkSame(words, words.toSorted().toReversed(), 'failures latest first');
    },
  },
  {
    law: 'a page is of 1 to PAGE_ROWS_MAX rows',
    run: async (rig) => {
      const ledger = await rig.open();
      for (const limit of [0, -1, 1.5, Number.NaN, PAGE_ROWS_MAX + 1]) {
        for (const list of Object.values(lists)) await checkRefused(list(ledger, { limit }), 'PAGE_LIMIT_WRONG', `a limit of ${limit}`);
      }
    },
  },
  {
    law: 'a page mark that the list did not give out is refused',
    run: async (rig) => {
      const ledger = await rig.open();
      for (const name of ['deliveries', 'changes', 'conflicts', 'failures', 'acts']) {
        for (const after of ['', 'x', 'x.y', '1e99', '99999999999999999.1']) {
          const asked = lists[name]?.(ledger, { limit: 5, after }) ?? Promise.resolve();
          await checkRefused(asked, 'PAGE_AFTER_WRONG', `${name} after "${after}"`);
        }
      }
    },
  },
];

function names<Row>(page: PageOf<Row>, name: (row: Row) => string): PageOf<string> {
  return page.next === undefined ? { items: page.items.map(name) } : { items: page.items.map(name), next: page.next };
}

async function filled(rig: Parameters<LedgerLaw['run']>[0]): Promise<Ledger> {
  const ledger = await rig.open();
  for (let number = 1; number <= ROWS; number += 1) await ledger.commit(rowsOf(number));
  return ledger;
}

/**
 * One more row for every list, on both sides of those before. Some share a due time or an opening time, so that the second part of an
 * order counts too.
 */
function rowsOf(number: number): Commit {
  const label = String(number).padStart(3, '0');
  const conflict = sampleConflict(LISTED, number, { openedAtMs: 1_000 + Math.floor(number / 2) });
  const listed = samplePlan(sampleRecord(LISTED, number), { changes: [sampleChange(LISTED, number)], conflicts: [conflict] });
  return sampleCommit([listed, besidePlan(number)], { failures: [sampleFailure(label)], acts: [sampleAct(LISTED, label)] });
}

function besidePlan(number: number): Plan {
  const id = sampleId(number % 2 === 0 ? 100 + number : 100 - number);
  const delivery = sampleDelivery(id, { dueAtMs: 10 * Math.floor(number / 2) });
  return samplePlan(sampleRecord(id, 1), { deliveries: new Map([[CE, delivery]]), linked: [{ system: FNO, key: keyOf(`K-${id}`) }] });
}

/** Reads a list to its end, page by page; `between` runs after each page that has a next one. */
async function walk(
  ledger: Ledger,
  list: (ledger: Ledger, ask: PageAsk) => Promise<PageOf<string>>,
  limit: number,
  between?: () => Promise<void>,
): Promise<readonly string[]> {
  const told: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await list(ledger, after === undefined ? { limit } : { limit, after });
    check(page.items.length <= limit, 'a page is no longer than its limit');
    told.push(...page.items);
    if (page.next === undefined) return told;
    after = page.next;
    if (pages < ROWS) await between?.();
  }
  throw new Error('Broken law: the list does not end.');
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || (numbers[index - 1] ?? 0) <= number);
}
