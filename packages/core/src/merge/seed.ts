import type { RegisterRule, Table } from '../map/compile.ts';
import { isEmpty } from '../policy/edits.ts';
import type { View } from '../policy/policy.ts';
import { sameValue } from '../values.ts';
import { decide, type Decision } from './decide.ts';

/** Decides a register; where two rows meet for the first time, the configuration may name the system whose values stand. */
export function decideSeeded(table: Table, rule: Pick<RegisterRule, 'policy' | 'traits'>, view: View): Decision {
  return seeded(table.map.seed, rule, view) ?? decide(rule, view);
}

function seeded(seed: Table['map']['seed'], { traits }: Pick<RegisterRule, 'traits'>, { frontier }: View): Decision | undefined {
  if (seed === undefined || traits.gate || frontier.length < 2 || frontier.some((edit) => edit.on !== undefined)) return undefined;
  const first = frontier.find((edit) => edit.system === seed && !isEmpty(edit.value));
  const losers = first ? frontier.filter((edit) => !sameValue(edit.value, first.value)) : [];
  if (!first || losers.length === 0) return undefined;
  return { kind: 'settled', value: first.value, rule: 'seed', reason: `${seed} comes first where two rows meet`, code: 'C06', losers };
}
