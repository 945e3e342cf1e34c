/** Runs tasks of one key one after another, tasks of different keys side by side. */
export interface Lanes {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
  /** How many keys have a task waiting or under way. */
  readonly busy: number;
}

export function openLanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const now = before.then(task, task);
      const tail = now
        .catch(() => undefined)
        .finally(() => {
          if (tails.get(key) === tail) tails.delete(key);
        });
      tails.set(key, tail);
      return now;
    },
    get busy() {
      return tails.size;
    },
  };
}
