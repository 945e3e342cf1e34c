import { newsIn, NEWS_KEPT_MAX, type News, type NewsItem, type Plan } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { limitOf } from '../page.ts';
import { undamaged } from './reads.ts';

/** The old ones are taken off so many numbers at a time: each time costs a little of its own. */
const TRIM_NUMBERS = 4_096;

/** What followers are told, in the order of commits. */
export interface NewsBoard {
  /** Within the transaction that takes the plans. */
  add(plans: readonly Plan[]): void;
  after(number: number, limit: number): readonly News[];
  latest(): number;
}

interface Row {
  readonly number: number;
  readonly told: string;
}

/** One row for each transaction, named by the number of its last item: at the end of a table, that is the cheapest there is. */
export function prepareNews(db: Database, file: string, kept = NEWS_KEPT_MAX): NewsBoard {
  const insert = db.prepare<[number, string]>('INSERT INTO news VALUES (?, ?)');
  const last = db.prepare<[], number | null>('SELECT max(number) FROM news').pluck();
  const trim = db.prepare<[number]>('DELETE FROM news WHERE number <= ?');
  const select = db.prepare<[number], Row>('SELECT number, told FROM news WHERE number > ? ORDER BY number');
  const latest = (): number => last.get() ?? 0;
  return {
    add(plans) {
      let [told, items] = ['', 0];
      for (const plan of plans) {
        for (const item of newsIn(plan)) {
          told += `${told === '' ? '' : ','}${textOf(item)}`;
          items += 1;
        }
      }
      if (items === 0) return;
      const before = latest();
      const number = before + items;
      insert.run(number, `[${told}]`);
      // The last row stays, whatever is kept: the numbers go on from it.
      const most = Math.min(number - kept, before);
      if (most > 0 && Math.floor(before / TRIM_NUMBERS) !== Math.floor(number / TRIM_NUMBERS)) trim.run(most);
    },
    after(number, ask) {
      const limit = limitOf({ limit: ask });
      const found: News[] = [];
      for (const row of select.iterate(number)) {
        found.push(...read(file, row).filter((item) => item.number > number));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },
    latest,
  };
}

/** As JSON: of nearly all of them there is nothing to escape. */
function textOf(item: NewsItem): string {
  if (item.kind !== 'version') return JSON.stringify(item);
  const { record, entity, version, system } = item;
  return `{"kind":"version","record":"${record}","entity":"${entity}","version":${version},"system":"${system}"}`;
}

function read(file: string, { number, told }: Row): readonly News[] {
  return undamaged(file, `news ${number}`, () => {
    const items: readonly NewsItem[] = JSON.parse(told);
    return items.map((item, index) => ({ number: number - items.length + 1 + index, ...item }));
  });
}
