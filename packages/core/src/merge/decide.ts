import type { RegisterRule } from '../map/compile.ts';
import { inOrder } from '../policy/edits.ts';
import type { Resolution, View } from '../policy/policy.ts';
import type { ConflictCode } from '../register/code.ts';
import type { Edit } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';

/** What became of a frontier. `agreed`: nobody lost and no rule was needed. */
export type Decision =
  | { readonly kind: 'agreed'; readonly value: Value }
  | {
      readonly kind: 'settled';
      readonly value: Value;
      readonly rule: string;
      readonly reason: string;
      readonly code: ConflictCode;
      readonly losers: readonly Edit[];
      /** What everybody concerned had seen; absent at a birth. */
      readonly base?: Value;
      /** The value follows from other fields: it stands in place of all edits, which are evidence and nothing more. */
      readonly isOwn?: true;
    }
  | {
      readonly kind: 'held';
      readonly rule: string;
      readonly reason: string;
      readonly code: ConflictCode;
      readonly provisional?: Value;
      /** What everybody concerned had seen, and what stands meanwhile; absent at a birth. */
      readonly base?: Value;
    };

/**
 * The heart: what a register's concurrent edits come to. Pure, and the same for any order and any repetition of the edits.
 * Equal values are no conflict; an edit without a rival passes only the gates; everything else is the policy's.
 */
export function decide(rule: Pick<RegisterRule, 'policy' | 'traits'>, view: View): Decision {
  const frontier = inOrder(view.frontier);
  const [first] = frontier;
  const additive = rule.traits.additive && frontier.length > 1;
  if (first && !rule.traits.gate && !additive && allHold(frontier, first.value)) return { kind: 'agreed', value: first.value };
  const resolution = rule.policy({ ...view, frontier });
  if (resolution.kind === 'settled' && isWhole(resolution) && allHold(frontier, resolution.value)) {
    return { kind: 'agreed', value: resolution.value };
  }
  return explain(resolution, frontier, rule.traits.synthetic);
}

/** Two sales that both ended at the bound hold the same value, but not the whole of what was sold. */
function isWhole({ value, total }: Extract<Resolution, { readonly kind: 'settled' }>): boolean {
  return total === undefined || sameValue(total, value);
}

function allHold(frontier: readonly Edit[], value: Value): boolean {
  return frontier.every((edit) => sameValue(edit.value, value));
}

function explain(resolution: Resolution, frontier: readonly Edit[], synthetic: boolean): Decision {
  const code = resolution.code ?? (frontier.every((edit) => edit.on === undefined) ? 'C06' : 'C01');
  if (resolution.kind === 'held') return { ...resolution, code };
  const losers = synthetic ? [] : frontier.filter((edit) => !sameValue(edit.value, resolution.value));
  return { ...resolution, code, losers };
}
