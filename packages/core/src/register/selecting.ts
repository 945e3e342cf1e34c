import type { FieldType } from '../map/type.ts';
import type { Resolution as Chosen, View } from '../policy/policy.ts';
import type { Made } from '../policy/setting.ts';
import type { Edit as Seen } from '../record/record.ts';
import type { Scalar } from '../values.ts';
import type { RegisterPolicy, Resolution } from './answer.ts';
import type { Open } from './open.ts';

/** What a policy is told beside the register. */
export interface Around {
  readonly type: FieldType;
  readonly fields?: Readonly<Record<string, Scalar>> | undefined;
}

/** A policy that looks at the frontier and its base alone, over a register. */
export function selecting(
  { policy, traits, readsFields }: Pick<Made, 'policy' | 'traits' | 'readsFields'>,
  around: Around,
): RegisterPolicy {
  return {
    combines: false,
    gate: traits.gate,
    readsFields: readsFields.length > 0,
    resolve: ({ frontier, base }) => resolutionOf(policy(viewOf(frontier, base(frontier), around))),
  };
}

export function viewOf(frontier: readonly Open[], base: View['base'], { type, fields }: Around): View {
  return {
    frontier: frontier.map(seenOf),
    type,
    ...(base === undefined ? {} : { base }),
    ...(fields === undefined ? {} : { fields }),
  };
}

/** An edit as policies know it that look at one edit at a time. */
export function seenOf({ edit: { op, author, saw, number, by }, value, before, stamp }: Open): Seen {
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

export function resolutionOf(chosen: Chosen): Resolution {
  const { rule, reason, code } = chosen;
  const said = { rule, reason, ...(code === undefined ? {} : { code }) };
  if (chosen.kind === 'settled') return { kind: 'settled', value: chosen.value, ...said };
  return { kind: 'held', ...said, ...(chosen.provisional === undefined ? {} : { provisional: chosen.provisional }) };
}
