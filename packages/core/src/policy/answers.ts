import type { ConflictCode } from '../register/code.ts';
import type { Edit } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import { narrowed } from '../register/above.ts';
import type { Resolution, View } from './policy.ts';
import type { Condition, Made } from './setting.ts';

export function settled(rule: string, value: Value, reason: string): Extract<Resolution, { readonly kind: 'settled' }> {
  return { kind: 'settled', value, rule, reason };
}

export function held(rule: string, reason: string, code?: ConflictCode): Resolution {
  return { kind: 'held', rule, reason, ...(code === undefined ? {} : { code }) };
}

/** What an inner policy answers, as the outer one's answer. */
export function through(rule: string, resolution: Resolution, why?: string): Resolution {
  const reason = `${resolution.rule}: ${resolution.reason}`;
  return { ...resolution, rule, reason: why === undefined ? reason : `${why}; ${reason}` };
}

/** What stands where nobody came to anything else than the first of them. */
export function agreedBy({ value, system }: Edit, frontier: readonly Edit[]): Resolution {
  return settled('agreed', value, frontier.length > 1 ? 'all came to the same' : `${system} alone edited`);
}

/** What an inner policy makes of a view: like a policy of a field it is asked only where there is something to decide. */
export function ask({ policy, traits }: Made, shown: View): Resolution {
  const view = narrowedTo(shown);
  const { frontier } = view;
  const [first] = frontier;
  if (first && !traits.gate && !traits.combines && frontier.every((edit) => sameValue(edit.value, first.value))) {
    return agreedBy(first, frontier);
  }
  return policy(view);
}

/** Whoever passes on some of the edits asks about these, and what they were made on. */
function narrowedTo(view: View): View {
  const { question, frontier } = view;
  if (question.frontier.length === frontier.length) return view;
  const ops = new Set(frontier.map(({ op }) => op));
  const left = question.frontier.filter(({ edit }) => ops.has(edit.op));
  return { ...view, question: narrowed(question, left) };
}

/** Whether a condition holds; a resolution when it has no answer, which is for a person to see. */
export function holds(rule: string, condition: Condition, view: View, own?: Value): boolean | Resolution {
  const answer = own === undefined ? condition(view) : condition(view, own);
  return answer.kind === 'answer' ? answer.holds : held(rule, answer.words, 'C17');
}

/** A person's word, which every gate lets through. */
export function rulingOf(frontier: readonly Edit[]): Edit | undefined {
  return frontier.findLast((edit) => edit.system === 'person');
}
