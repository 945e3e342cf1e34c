import type { Value } from '../values.ts';
import type { Question } from '../register/answer.ts';
import { must } from '../errors/must.ts';
import { settled } from './answers.ts';
import type { Policy, Resolution, View } from './policy.ts';

/** The value of an edit in nobody's past is a whole version of everything that its author had seen. */
interface Version {
  readonly value: Value;
  /** Everything that is in it. */
  readonly has: bigint;
}

/**
 * Versions are merged three ways, two at a time in the order of their stamps, over what stands when only the edits exist that both of them have.
 * The result counts as a version of all that either had. `compare` merges two values with a third.
 */
export function mergeVersions(view: View, question: Question, compare: Policy): Resolution {
  const [first, ...others] = view.frontier;
  const start = must(first, 'a frontier has at least one edit');
  let resolution: Resolution = settled('agreed', start.value, `${start.system} alone edited`);
  let version: Version = { value: start.value, has: hasOf(start.op, question) };
  for (const next of others) {
    const has = hasOf(next.op, question);
    const base = question.at(version.has & has).value;
    const { base: _base, question: _question, ...rest } = view;
    const sides = [{ ...start, value: version.value }, next];
    resolution = compare({ ...rest, frontier: sides, ...(base === undefined ? {} : { base }) });
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
