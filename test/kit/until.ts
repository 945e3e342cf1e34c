import { setTimeout as wait } from 'node:timers/promises';

const LIMIT_MS_DEFAULT = 60_000;
const LOOK_EVERY_MS = 25;

/**
 * Looks again and again until nothing is missing any more. `missing` answers in words what is not as it should be yet; a test fails with
 * these words when the limit, which is far longer than it should ever take, is over.
 */
export async function until(
  missing: () => Promise<string | undefined> | string | undefined,
  limitMs = LIMIT_MS_DEFAULT,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<void> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const words = await missing();
    if (words === undefined) return;
    if (Date.now() > endMs) throw new Error(`Still not after ${limitMs} ms: ${words}`);
    await wait(lookEveryMs);
  }
}

/** Runs so many tasks side by side. */
export async function sideBySide<Item>(
  items: readonly Item[],
  many: number,
  task: (item: Item, index: number) => Promise<unknown>,
): Promise<void> {
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) await task(item, index);
  };
  await Promise.all(Array.from({ length: many }, worker));
}
