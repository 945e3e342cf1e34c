import type { Made } from '../policy/setting.ts';
import type { Value } from '../values.ts';
import type { Question, RegisterPolicy, Resolution } from './answer.ts';
import { compareOpen, type Open } from './open.ts';
import { resolutionOf, viewOf, type Around } from './selecting.ts';

/** The value of an edit in nobody's past is a whole version of everything that its author had seen. */
interface Version {
  readonly open: Open;
  readonly value: Value;
  /** Everything that is in it. */
  readonly has: bigint;
}

/**
 * Versions are merged three ways, two at a time in the order of their stamps, over what stands when only the edits exist that both of them have.
 * The result counts as a version of all that either had. `made` compares two values with a third.
 */
export function versions(made: Pick<Made, 'policy'>, around: Around): RegisterPolicy {
  return { combines: true, gate: false, readsFields: false, resolve: (question) => merged(made, around, question) };
}

function merged({ policy }: Pick<Made, 'policy'>, around: Around, { frontier, at }: Question): Resolution {
  const [first, ...others] = frontier
    .toSorted(compareOpen)
    .map((open): Version => ({ open, value: open.value, has: open.past | open.bit }));
  if (!first) return { kind: 'held', rule: 'versions', reason: 'there is nothing to merge' };
  let resolution: Resolution | undefined;
  let version = first;
  for (const next of others) {
    const base = at(version.has & next.has).value;
    const sides = [{ ...version.open, value: version.value }, next.open];
    resolution = resolutionOf(policy(viewOf(sides, base, around)));
    if (resolution.kind === 'held') return resolution;
    version = { open: next.open, value: resolution.value, has: version.has | next.has };
  }
  const { edit, value } = first.open;
  return resolution ?? { kind: 'settled', value, rule: 'agreed', reason: `${edit.author} alone edited` };
}

/** Where the first policy asks a person, the second decides about the whole. */
export function orElse(policy: RegisterPolicy, other: RegisterPolicy): RegisterPolicy {
  return {
    combines: policy.combines,
    gate: policy.gate,
    readsFields: policy.readsFields || other.readsFields,
    resolve: (question) => {
      const first = policy.resolve(question);
      if (first.kind === 'settled') return first;
      const then = other.resolve(question);
      return { ...then, rule: first.rule, reason: `${first.reason}; ${then.rule}: ${then.reason}` };
    },
  };
}
