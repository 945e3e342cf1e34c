import type { View } from '../../policy/policy.ts';
import type { EditTold } from '../../ports/plan.ts';
import { opId } from '../../ids.ts';
import { actorOf } from '../../record/actors.ts';
import type { Edit } from '../../record/record.ts';
import { finding, known, policyLine, type LintRule, type Place } from './rule.ts';

/** A policy of one's own that answers otherwise for the same edits told twice, or in another order, makes the answer a matter of luck. */
export const custom: LintRule = {
  code: 'PL06',
  title: 'a policy of your own that is not blind to repetition or order',
  needs: 'ledger',
  check: (subject) =>
    known(subject, ['custom']).flatMap((place) => {
      const wrong = place.facts.frontiers.filter((frontier) => !isSteady(place, frontier)).length;
      if (wrong === 0) return [];
      const evidence = `for ${wrong} of ${place.facts.frontiers.length} real conflicts it answers otherwise when edits are repeated or told backwards`;
      return [
        finding('PL06', place, {
          severity: 'error',
          evidence,
          change: policyLine(place, 'one of the policies that come with Concord, until it is mended'),
        }),
      ];
    }),
};

function isSteady({ rule }: Place, told: readonly EditTold[]): boolean {
  const edits = told.filter(({ register }) => register === rule.name).map(editOf);
  if (edits.length === 0) return true;
  const answer = (frontier: readonly Edit[]): string => {
    const view: View = { frontier, type: rule.type };
    const resolution = rule.policy(view);
    return JSON.stringify([resolution.kind, resolution.kind === 'settled' ? resolution.value : null]);
  };
  const once = answer(edits);
  return [edits, edits.toReversed(), [...edits, ...edits]].every((frontier) => answer(frontier) === once);
}

function editOf({ register: _register, ...facts }: EditTold, index: number): Edit {
  return { ...facts, op: opId(index + 1, actorOf(facts.system)) };
}
