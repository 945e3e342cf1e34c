import { opId } from '../../ids.ts';
import { viewOfConflict } from '../../policy/conflict.ts';
import type { Resolution } from '../../policy/policy.ts';
import { policies } from '../../policy/registry.ts';
import type { EditTold } from '../../ports/plan.ts';
import { actorOf } from '../../register/actors.ts';
import type { Edit } from '../../record/record.ts';
import type { Frontier } from '../facts.ts';
import { finding, known, policyLine, uses, type LintRule, type LintPlace } from './rule.ts';

/** A policy of one's own was tried on made-up edits when the configuration was read; here it is tried on real ones. */
export const custom: LintRule = {
  code: 'PL06',
  title: 'a policy of your own that fails on real conflicts, or answers otherwise when it is asked again',
  needs: 'ledger',
  check: (subject) => {
    const own = Object.keys(subject.kinds).filter((name) => !Object.hasOwn(policies, name));
    return known(uses(subject, own)).flatMap((place) => {
      const faults = place.facts.frontiers.flatMap((frontier) => faultOf(place, frontier) ?? []);
      const [first] = faults;
      if (first === undefined) return [];
      const evidence = `of ${place.facts.frontiers.length} real conflicts, in ${faults.length} "${place.used.name}" ${first}`;
      const change = policyLine(place, 'one of the policies that come with Concord, until it is mended');
      return [finding('PL06', place, { severity: 'error', evidence, change })];
    });
  },
};

function faultOf({ rule, used }: LintPlace, { edits: told, base }: Frontier): string | undefined {
  const edits = told.filter(({ register }) => register === rule.name).map(editOf);
  const view = viewOfConflict({ edits, type: rule.type, ...(base === undefined ? {} : { base }) });
  if (!view) return undefined;
  const once = used.policy(view);
  if (once.kind === 'held' && once.code === 'C17') return `fails: ${once.reason}`;
  return tell(used.policy(view)) === tell(once) ? undefined : 'answers otherwise when it is asked again';
}

function tell(resolution: Resolution): string {
  return JSON.stringify([resolution.kind, resolution.kind === 'settled' ? resolution.value : null]);
}

function editOf({ register: _register, ...facts }: EditTold, index: number): Edit {
  return { ...facts, op: opId(index + 1, actorOf(facts.system)) };
}
