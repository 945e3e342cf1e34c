import { conditionsIn, readsOf } from './conditions.ts';
import { cycleIn, type Edges } from './orders.ts';
import { finding, places, policyLine, type LintRule } from './rule.ts';

/** Two fields that wait for each other have no order in which they could be decided; a condition that stands twice is tried once. */
export const guards: LintRule = {
  code: 'PL04',
  title: 'conditions of fields that go in a circle, or stand twice',
  needs: 'configuration',
  check: (subject) => [...circles(subject), ...doubles(subject)],
};

const circles: LintRule['check'] = (subject) =>
  [...subject.tables.values()].flatMap((table) => {
    const edges: Edges = new Map([...table.registers].map(([name, rule]) => [name, readsOf(rule, table)]));
    const name = cycleIn(edges);
    const rule = name === undefined ? undefined : table.registers.get(name);
    if (!rule) return [];
    const evidence = `the conditions of "${rule.name}" read ${[...readsOf(rule, table)].join(', ')}, and lead back to it`;
    return [
      finding('PL04', { table, rule }, { severity: 'error', evidence, change: policyLine({ table, rule }, 'one without that condition') }),
    ];
  });

const doubles: LintRule['check'] = (subject) =>
  places(subject).flatMap((place) => {
    const conditions = conditionsIn(place.rule.map.policy.options).map((text) => text.replaceAll(/\s+/gu, ' ').trim());
    const double = conditions.find((text, index) => conditions.indexOf(text) < index);
    if (double === undefined) return [];
    const evidence = `the condition "${double}" stands twice: the second one is never reached`;
    return [finding('PL04', place, { severity: 'warning', evidence, change: policyLine(place, 'the same without the second') })];
  });
