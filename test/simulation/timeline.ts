/** Virtual time: what is to happen, in the order of its moments; one thing at a time, and everything that it makes ready before the next. */
export interface Timeline {
  /** ms since 1970 UTC, with a fraction: things that happen in one millisecond have an order. */
  readonly now: number;
  /** `life` is who it happens to: what nobody lives to see does not happen. */
  at(moment: number, task: () => void, life?: Life): void;
  /** Lets the next thing happen, if there is one before `limit`. Otherwise it is `limit` now. */
  step(limit: number): Promise<boolean>;
  readonly steps: number;
}

/** One run of the engine, from its start to its crash. */
export interface Life {
  isOver: boolean;
  overAtMs?: number;
}

const STEPS_ON_END = 2000;

interface Happening {
  readonly moment: number;
  readonly order: number;
  readonly task: () => void;
  readonly life: Life | undefined;
}

export function openTimeline(startMs: number): Timeline {
  const heap: Happening[] = [];
  let [now, order, steps] = [startMs, 0, 0];

  return {
    get now() {
      return now;
    },
    get steps() {
      return steps;
    },
    at(moment, task, life) {
      push(heap, { moment: Math.max(moment, now), order: (order += 1), task, life });
    },
    async step(limit) {
      for (let next = heap[0]; next && next.moment <= limit; next = heap[0]) {
        pop(heap);
        if (next.life?.isOver) continue;
        now = next.moment;
        steps += 1;
        next.task();
        await settled(steps);
        return true;
      }
      now = Math.max(now, limit);
      return false;
    },
  };
}

/** Resolves when every promise that is ready has been followed as far as it goes: Node runs a next tick only when none is left. */
function settled(steps: number): Promise<void> {
  return new Promise((resolve) => {
    // Once in a while the process may also do what is not ours.
    if (steps % STEPS_ON_END === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}

function isBefore(one: Happening | undefined, other: Happening | undefined): boolean {
  if (!one || !other) return one !== undefined;
  return one.moment === other.moment ? one.order < other.order : one.moment < other.moment;
}

function push(heap: Happening[], item: Happening): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(heap[at], heap[above])) return;
    swap(heap, at, above);
    at = above;
  }
}

function pop(heap: Happening[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ;) {
    const [left, right] = [at * 2 + 1, at * 2 + 2];
    const below = isBefore(heap[right], heap[left]) ? right : left;
    if (!isBefore(heap[below], heap[at])) return;
    swap(heap, at, below);
    at = below;
  }
}

function swap(heap: Happening[], one: number, other: number): void {
  const [a, b] = [heap[one], heap[other]];
  if (a) heap[other] = a;
  if (b) heap[one] = b;
}
