import type { FieldType } from '../map/type.ts';
import type { Edit } from '../record/record.ts';
import type { Question, RegisterPolicy, Resolution } from '../register/answer.ts';
import { above } from '../register/above.ts';
import type { Open } from '../register/open.ts';
import type { Scalar } from '../values.ts';
import type { Resolution as Chosen, View } from './policy.ts';
import type { Made } from './setting.ts';

/** What a policy is told beside the register. */
export interface Beside {
  /** Of its field; a group counts as text. */
  readonly type: FieldType;
  /** The record's fields, for conditions. */
  readonly fields?: Readonly<Record<string, Scalar>> | undefined;
}

/** Any policy of the registry, with all that is nested in it, over a register. */
export function registerPolicyOf({ policy, traits, readsFields }: Made, beside: Beside): RegisterPolicy {
  return {
    combines: traits.combines,
    gate: traits.gate,
    commutes: traits.commutes,
    parts: traits.parts,
    readsFields: readsFields.length > 0,
    resolve: (question) => resolutionOf(policy(viewOf(traits.combines ? above(question) : question, beside))),
  };
}

/** What a policy sees of a question. */
export function viewOf(question: Question, { type, fields }: Beside): View {
  const { frontier } = question;
  const base = question.base(frontier);
  return {
    frontier: frontier.map(seenOf),
    type,
    question,
    ...(base === undefined ? {} : { base }),
    ...(fields === undefined ? {} : { fields }),
  };
}

/** An edit as policies know it that look at one edit at a time. */
export function seenOf({ edit: { op, author, saw, number, by }, value, before, stamp }: Open): Edit {
  return {
    op,
    system: author,
    value,
    ...(before === undefined ? {} : { on: before }),
    saw,
    number,
    stamp,
    ...(by === undefined ? {} : { by }),
  };
}

function resolutionOf(chosen: Chosen): Resolution {
  const { rule, reason, code } = chosen;
  const said = { rule, reason, ...(code === undefined ? {} : { code }) };
  if (chosen.kind === 'held')
    return { kind: 'held', ...said, ...(chosen.provisional === undefined ? {} : { provisional: chosen.provisional }) };
  return { kind: 'settled', value: chosen.value, ...said, ...(chosen.kept === undefined ? {} : { kept: chosen.kept }) };
}
