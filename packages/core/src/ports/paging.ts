import type { PageAsk, PageOf } from './ledger.ts';

/** Asks a list of the ledger for page after page. What was read last is all that is held in memory; who stops early asks for no more. */
export async function* pagesOf<Item>(limit: number, ask: (page: PageAsk) => Promise<PageOf<Item>>): AsyncGenerator<readonly Item[]> {
  let after: string | undefined;
  do {
    const { items, next } = await ask({ limit, ...(after === undefined ? {} : { after }) });
    yield items;
    after = next;
  } while (after !== undefined);
}

/** How many items a list has. */
export async function countOf(limit: number, ask: (page: PageAsk) => Promise<PageOf<unknown>>): Promise<number> {
  let count = 0;
  for await (const items of pagesOf(limit, ask)) count += items.length;
  return count;
}
