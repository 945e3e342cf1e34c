/** A hop of a change on its way from one system to another. */
export type Hop =
  /** A feed, a listing or a hint led to its row, and the row was read. */
  | 'hear'
  /** The row was translated, held against what is known, and merged. */
  | 'observe'
  /** The plan went into the ledger. */
  | 'commit'
  /** A write was made in another system. */
  | 'deliver'
  /** Its answer was taken. */
  | 'settle';

/** What a span says. Names, codes and ids, values never: so no key of a row, no words of a system, and no message of an error. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** One hop, under way. */
export interface Span {
  /** Where it stands, as W3C Trace Context says it: others are tied to it by this, and a request carries it along. */
  readonly traceparent: string;
  end(atMs: number, attributes: Attributes, isFailure: boolean): void;
}

/** Where the hops of changes are told to those who watch. Nothing waits for it, and it never throws. */
export interface Tracing {
  /** ms since 1970 UTC, with as much of a fraction as there is: most hops take less than one. */
  nowMs(): number;
  /** `from`: the traceparent of the hop that led to it; absent begins a trace. `also`: those of others that it serves as well. */
  begin(hop: Hop, atMs: number, attributes: Attributes, from: string | undefined, also: readonly string[]): Span;
}
