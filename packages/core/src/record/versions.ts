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

/** Folds the patches of a history, from its beginning, up to the version that is meant. `undefined`: there is none. */
export async function versionAt(changes: AsyncIterable<Step>, ask: VersionAsk): Promise<VersionTold | undefined> {
  const folded: Record<string, Scalar> = {};
  let found: VersionTold | undefined;
  for await (const { seq, hash, stamp, patch } of changes) {
    jsonPatch.applyPatch(folded, patch.map(operationOf));
    if (!isMeant(ask, { seq, hash, atMs: stamp.ms })) continue;
    found = { seq, hash, atMs: stamp.ms, values: { ...folded } };
    if (!('atMs' in ask)) return found;
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
