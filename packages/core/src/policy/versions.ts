import { sameValue, type Value } from '../values.ts';
import type { Question } from '../register/answer.ts';
import { must } from '../errors/must.ts';
import { agreedBy } from './answers.ts';
import type { Resolution, View } from './policy.ts';

/** The value of an edit in nobody's past is a whole version of everything that its author had seen. */
interface Version {
  readonly value: Value;
  /** Everything that is in it. */
  readonly has: bigint;
}

/**
 * Versions are merged three ways, two at a time in the order of their stamps, over what stands when only the edits exist that both of them have.
 * The result counts as a version of all that either had. `compare` merges two values with a third; `undefined`: nothing was there before.
 */
export function mergeVersions(
  { frontier, question }: View,
  compare: (base: Value | undefined, sides: readonly [Value, Value]) => Resolution,
): Resolution {
  const [first, ...others] = frontier;
  const start = must(first, 'a frontier has at least one edit');
  let resolution: Resolution = agreedBy(start, frontier);
  let version: Version = { value: start.value, has: hasOf(start.op, question) };
  for (const next of others) {
    const has = hasOf(next.op, question);
    if (sameValue(version.value, next.value)) {
      version = { value: version.value, has: version.has | has };
      continue;
    }
    resolution = compare(question.at(version.has & has).value, [version.value, next.value]);
    if (resolution.kind === 'held') return resolution;
    version = { value: resolution.value, has: version.has | has };
  }
  return resolution;
}

/** Everything that an edit's author had seen, and made. */
function hasOf(op: string, { frontier }: Question): bigint {
  const { past, bit } = must(
    frontier.find(({ edit }) => edit.op === op),
    'a policy is shown edits of the frontier',
  );
  return past | bit;
}
