/** So many slots an empty table has; always a power of two. */
const SLOTS_MIN = 16;
/** Beyond this share of its slots in use, a table is doubled. */
const FILLED_MAX = 0.75;

/**
 * Small numbers under names, of which only fingerprints of 64 bits are kept: 12 bytes a slot and 16 to 32 a name, whatever its length. It stands
 * for what can be as long as a whole table of a system. Two names with one fingerprint would be taken for one: among a million, that happens to
 * one in a million times a million.
 */
export interface Prints {
  get(name: string): number | undefined;
  /** 0 to 2^32 - 1. */
  put(name: string, value: number): void;
  /** Answers whether it was there. */
  drop(name: string): boolean;
  readonly size: number;
}

interface Slots {
  readonly mask: number;
  /** Two halves of a fingerprint and the number, one behind another; both halves of a free slot are 0. */
  readonly words: Uint32Array;
}

const WORDS = 3;

export function openPrints(): Prints {
  let slots = emptySlots(SLOTS_MIN);
  let size = 0;

  function grow(): void {
    const larger = emptySlots((slots.mask + 1) * 2);
    for (let at = 0; at <= slots.mask; at += 1) if (isUsed(slots, at)) move(slots, at, larger);
    slots = larger;
  }

  return {
    get(name) {
      const at = find(slots, printOf(name));
      return isUsed(slots, at) ? word(slots, at, 2) : undefined;
    },
    put(name, value) {
      const print = printOf(name);
      let at = find(slots, print);
      if (!isUsed(slots, at)) {
        size += 1;
        if (size > FILLED_MAX * (slots.mask + 1)) grow();
        at = find(slots, print);
      }
      slots.words.set([print[0], print[1], value], at * WORDS);
    },
    drop(name) {
      const at = find(slots, printOf(name));
      if (!isUsed(slots, at)) return false;
      close(slots, at);
      size -= 1;
      // What a long list took is given back once it is over.
      if (size === 0) slots = emptySlots(SLOTS_MIN);
      return true;
    },
    get size() {
      return size;
    },
  };
}

function emptySlots(count: number): Slots {
  return { mask: count - 1, words: new Uint32Array(count * WORDS) };
}

function word({ words }: Slots, at: number, which: 0 | 1 | 2): number {
  return words[at * WORDS + which] ?? 0;
}

function isUsed(slots: Slots, at: number): boolean {
  return word(slots, at, 0) !== 0 || word(slots, at, 1) !== 0;
}

/** Its slot, or the free one that it would take. */
function find(slots: Slots, [one, two]: readonly [number, number]): number {
  let at = one & slots.mask;
  while (isUsed(slots, at) && (word(slots, at, 0) !== one || word(slots, at, 1) !== two)) at = (at + 1) & slots.mask;
  return at;
}

function move(from: Slots, at: number, to: Slots): void {
  const place = find(to, [word(from, at, 0), word(from, at, 1)]);
  to.words.set(from.words.subarray(at * WORDS, (at + 1) * WORDS), place * WORDS);
}

/** Those behind it that a free slot would part from their own places move up. */
function close(slots: Slots, freed: number): void {
  let hole = freed;
  for (let at = (hole + 1) & slots.mask; isUsed(slots, at); at = (at + 1) & slots.mask) {
    const home = word(slots, at, 0) & slots.mask;
    if (((at - home) & slots.mask) < ((at - hole) & slots.mask)) continue;
    slots.words.copyWithin(hole * WORDS, at * WORDS, (at + 1) * WORDS);
    hole = at;
  }
  slots.words.fill(0, hole * WORDS, (hole + 1) * WORDS);
}

/** Two hashes of 32 bits (cyrb53, public domain): quick and well spread; nobody gains by names that collide. */
function printOf(name: string): readonly [number, number] {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    two = Math.imul(two ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909);
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  // No fingerprint may look like a free slot.
  return [one >>> 0, two >>> 0 || 1];
}
