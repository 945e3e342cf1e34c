import type { Json } from '../values.ts';

/** What became of one call. */
export type Ran =
  | { readonly kind: 'answer'; readonly json: Json }
  /** It threw, as it was loaded or called, or gave something that is no JSON: what it did, as in `threw TypeError: …`. */
  | { readonly kind: 'failed'; readonly words: string }
  /** It was stopped: `fuel` counts its steps, and `time` is the last resort where it took no steps and did not come back. */
  | { readonly kind: 'exhausted'; readonly of: 'fuel' | 'memory' | 'stack' | 'time' };

/**
 * Runs JavaScript that somebody else wrote. Each call has a realm of its own: nothing that a call leaves behind can be seen by another.
 * There is no clock, no chance, no input or output, no import. The same source and input always come to the same, but for `time`.
 */
export interface Sandbox {
  /** Calls the default export of an ES module with each input in turn; the answers are in the same order. Synchronous: policies are. */
  run(source: string, inputs: readonly Json[]): readonly Ran[];
  /** Lets go of everything. */
  close(): Promise<void>;
}

/**
 * Makes a decision that may come to foreign code, in a thread that must not wait for it: broken off where an answer is missing, and made again
 * once it is there. `decide` is pure, and may be called several times.
 */
export type Deciding = <Answer>(decide: () => Answer) => Promise<Answer>;
