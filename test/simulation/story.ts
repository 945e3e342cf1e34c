import type { DeletePolicy, JsonObject, PutBackChoice } from '@concord/core';

/** How one system behaves, apart from its faults. */
export interface Nature {
  readonly id: string;
  /** Versions that are ordered, or that can only be told apart. */
  readonly versions: 'ordered' | 'opaque';
  /** What its feed tells of a row: all of it, its version, or its key alone. */
  readonly feed: 'rows' | 'versions' | 'keys';
  /**
   * What it tells after a write: the stored row, as Dataverse does; nothing, so that the row is read a moment later; its version alone, so that
   * the row is read as well, as Finance & Operations does; or its version, and nothing is read.
   */
  readonly answers: 'stored' | 'read-later' | 'etag' | 'version';
  /** Whether the row that is in the way is told with the refusal. */
  readonly tellsRowInTheWay: boolean;
  /** Whether it fills in the phone of a row that is made without one. */
  readonly fills?: true;
  readonly pageRows: number;
  /** How far its clock is ahead; absent: it does not tell when a row was changed. */
  readonly skewMs?: number;
  readonly granularityMs: number;
  /** What it makes of a memo, and whether it keeps cents only. */
  readonly memo: 'as it is' | 'trimmed' | 'upper case' | 'cut';
  readonly price: 'as it is' | 'rounded';
  /** How often a hook reaches us: never, sometimes, or more than once. */
  readonly hints: 'none' | 'some' | 'many';
  /** How long it takes to answer, mostly. */
  readonly answerMs: number;
}

export type Values = JsonObject;

/** Something that somebody does, or that happens to a system. `name` is the account of what is done something to. */
export type Deed =
  | { readonly kind: 'create' | 'edit'; readonly system: string; readonly name: string; readonly values: Values }
  | { readonly kind: 'add'; readonly system: string; readonly name: string; readonly amount: number }
  | { readonly kind: 'remove'; readonly system: string; readonly name: string }
  /**
   * Into a field that is combined, somebody puts what nobody ever put there; or also takes out what came from another system, if they see any. Whoever
   * only took it out might set the very value that an earlier write had perhaps left, and be taken for it.
   */
  | { readonly kind: 'put' | 'replace'; readonly system: string; readonly name: string; readonly column: string; readonly token: string }
  /**
   * Edits that cross both ways: two put something in at once; as soon as one of them sees what the other put, and that one has seen nothing yet, the
   * one replaces it, and the other puts in something more.
   */
  | {
      readonly kind: 'cross';
      readonly systems: readonly [string, string];
      readonly name: string;
      readonly column: string;
      readonly token: string;
    }
  /** An owner comes to exist, to whom things refer. */
  | { readonly kind: 'own'; readonly system: string; readonly name: string }
  /** A person answers the open conflict of this number, counted around, with one of the sides or something else. */
  | { readonly kind: 'rule'; readonly which: number; readonly text: string }
  /** Cursors that were given out are worth nothing any more. */
  | { readonly kind: 'expire'; readonly system: string }
  /** Listings tell nothing for a while. */
  | { readonly kind: 'hide'; readonly system: string; readonly forMs: number }
  /** A column is gone for a while: it is not told, and a write that names it is turned away. */
  | { readonly kind: 'drift'; readonly system: string; readonly forMs: number }
  /** An operator has every row read again, whatever its version says. */
  | { readonly kind: 'resync' }
  | { readonly kind: 'crash' }
  /** A system is put back to how it was so long ago; an operator says so at once, or it has to be noticed. */
  | { readonly kind: 'restore'; readonly system: string; readonly agoMs: number; readonly isDeclared: boolean }
  /** An operator chooses for whatever waits for that. */
  | { readonly kind: 'choose' }
  /** The engine is stopped in order, and started anew. */
  | { readonly kind: 'stop' }
  /** The engine is stopped, and an operator compacts all histories but of the last while. */
  | { readonly kind: 'compact'; readonly keepMs: number }
  /** The same while the engine runs. */
  | { readonly kind: 'shorten'; readonly keepMs: number };

export type Timed = Deed & { readonly atMs: number };

export type FaultKind =
  | 'throttled'
  | 'unreachable'
  | 'denied'
  /** The answer takes very long. */
  | 'slow'
  /** No answer comes. Of a write: it was not applied, it was, or it will be when nobody expects it any more. */
  | 'lost before'
  | 'lost after'
  | 'late'
  /** A gateway answers a write with one of the 5xx: behind it, nothing was done, or everything was. */
  | 'gateway before'
  | 'gateway after'
  /** Turned away for good, in the system's own words. */
  | 'refused'
  /** The engine dies before what it asked for is done, or before it hears of it. */
  | 'crash before'
  | 'crash after';

/** What goes wrong with one call: the `number`th of a system's or the ledger's method. */
export interface Fault {
  readonly port: string;
  /** `behind`: the read that an adapter makes behind a write, as part of it. */
  readonly method: 'changes' | 'read' | 'write' | 'behind' | 'commit';
  readonly number: number;
  readonly kind: FaultKind;
}

/** Everything that a run depends on: the same story always goes the same way. */
export interface Story {
  readonly seed: number;
  readonly systems: readonly Nature[];
  /** Rows are matched by their account; otherwise only links and the correlation column tell. */
  readonly keyed: boolean;
  readonly delete: DeletePolicy;
  /** Things refer to owners, which exist from the start, come late, or never; that one does not come is told after so long. */
  readonly owners?: { readonly waitMs: number };
  /** Things that are made in several systems at once may look alike. */
  readonly twins?: true;
  /** Things have fields whose policies combine. */
  readonly combined?: true;
  /** Systems are put back from backups, and this is what people want of their older state. */
  readonly choice?: PutBackChoice;
  readonly pollMs: number;
  readonly rowsMax: number;
  readonly writesMax: number;
  /** Whether the ledger takes time to answer what it is asked. */
  readonly slowLedger: boolean;
  /** How long things go wrong; after that nothing does. */
  readonly chaosMs: number;
  readonly deeds: readonly Timed[];
  readonly faults: readonly Fault[];
}
