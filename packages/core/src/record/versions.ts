import jsonPatch, { type Operation } from 'fast-json-patch';
import type { ChangeRow, PatchLine } from '../ports/plan.ts';
import type { Scalar } from '../values.ts';

/** Which version of a record is meant: by its number, by the hash of its change, or the last one that was known by then (ms, UTC). */
export type VersionAsk = { readonly seq: number } | { readonly hash: string } | { readonly knownAtMs: number };

/** The merged values as they were. */
export interface VersionTold {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
  /** When Concord took it in; absent: it is from before that was kept. */
  readonly knownAtMs?: number | undefined;
  /** By root key of the document: every field, and `$life`. */
  readonly values: Readonly<Record<string, Scalar>>;
}

type Step = Pick<ChangeRow, 'seq' | 'hash' | 'stamp' | 'knownAtMs' | 'patch'>;

/** Folds the patches of a history, once and from its beginning, up to the versions that are meant. `undefined`: there is none. */
export async function versionsAt(changes: AsyncIterable<Step>, asks: readonly VersionAsk[]): Promise<readonly (VersionTold | undefined)[]> {
  const folded: Record<string, Scalar> = {};
  const found = asks.map((): VersionTold | undefined => undefined);
  let knownMs = Number.NEGATIVE_INFINITY;
  for await (const { seq, hash, stamp, knownAtMs, patch } of changes) {
    jsonPatch.applyPatch(folded, patch.map(operationOf));
    // A clock may have been set back: what comes behind a change was known no earlier than it.
    knownMs = Math.max(knownMs, knownAtMs ?? stamp.ms);
    const step = { seq, hash, atMs: stamp.ms, knownAtMs };
    for (const [index, ask] of asks.entries()) if (isMeant(ask, step, knownMs)) found[index] = { ...step, values: { ...folded } };
    // The last one of a time is known at the end alone.
    if (asks.every((ask, index) => found[index] !== undefined && !('knownAtMs' in ask))) break;
  }
  return found;
}

function isMeant(ask: VersionAsk, { seq, hash }: Omit<VersionTold, 'values'>, knownMs: number): boolean {
  if ('seq' in ask) return ask.seq === seq;
  return 'hash' in ask ? ask.hash === hash : knownMs <= ask.knownAtMs;
}

/** RFC 6902: the way from one version to another, whichever is the older. */
export function difference(from: VersionTold, to: VersionTold): readonly Operation[] {
  return jsonPatch.compare({ ...from.values }, { ...to.values });
}

export function operationOf({ op, path, value = null }: PatchLine): Operation {
  return op === 'remove' ? { op, path } : { op, path, value };
}
