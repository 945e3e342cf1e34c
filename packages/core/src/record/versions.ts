import jsonPatch, { type Operation } from 'fast-json-patch';
import type { ChangeRow, PatchLine } from '../ports/plan.ts';
import type { Scalar } from '../values.ts';

/** Which version of a record is meant: by its number, by the hash of its change, or the last one whose edit bears no later time (ms, UTC). */
export type VersionAsk = { readonly seq: number } | { readonly hash: string } | { readonly atMs: number };

/** The merged values as they were. */
export interface VersionTold {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
  /** By root key of the document: every field, and `$life`. */
  readonly values: Readonly<Record<string, Scalar>>;
}

type Step = Pick<ChangeRow, 'seq' | 'hash' | 'stamp' | 'patch'>;

/** Folds the patches of a history, once and from its beginning, up to the versions that are meant. `undefined`: there is none. */
export async function versionsAt(changes: AsyncIterable<Step>, asks: readonly VersionAsk[]): Promise<readonly (VersionTold | undefined)[]> {
  const folded: Record<string, Scalar> = {};
  const found = asks.map((): VersionTold | undefined => undefined);
  for await (const { seq, hash, stamp, patch } of changes) {
    jsonPatch.applyPatch(folded, patch.map(operationOf));
    for (const [index, ask] of asks.entries())
      if (isMeant(ask, { seq, hash, atMs: stamp.ms })) found[index] = { seq, hash, atMs: stamp.ms, values: { ...folded } };
    // The last one of a time is known at the end alone.
    if (asks.every((ask, index) => found[index] !== undefined && !('atMs' in ask))) break;
  }
  return found;
}

function isMeant(ask: VersionAsk, { seq, hash, atMs }: Omit<VersionTold, 'values'>): boolean {
  if ('seq' in ask) return ask.seq === seq;
  return 'hash' in ask ? ask.hash === hash : atMs <= ask.atMs;
}

/** RFC 6902: the way from one version to another, whichever is the older. */
export function difference(from: VersionTold, to: VersionTold): readonly Operation[] {
  return jsonPatch.compare({ ...from.values }, { ...to.values });
}

export function operationOf({ op, path, value = null }: PatchLine): Operation {
  return op === 'remove' ? { op, path } : { op, path, value };
}
