import { cycleIn, type Edges } from './orders.ts';
import { finding, policyLine, registers, uses, type LintRule } from './rule.ts';

/** Two fields that wait for each other have no order in which they could be decided; a condition that stands twice is tried once. */
export const guards: LintRule = {
  code: 'PL04',
  title: 'conditions of fields that go in a circle, or stand twice',
  needs: 'configuration',
  check: (subject) => [...circles(subject), ...doubles(subject)],
};

const circles: LintRule['check'] = (subject) =>
  [...subject.tables.values()].flatMap((table) => {
    const edges: Edges = new Map([...table.registers].map(([name, { looksAt }]) => [name, new Set(looksAt.map((at) => at.register))]));
    const name = cycleIn(edges);
    const place = registers(subject).find((one) => one.table === table && one.rule.name === name);
    if (!place) return [];
    const evidence = `the conditions of "${place.rule.name}" read ${place.rule.readsFields.join(', ')}, and lead back to it`;
    return [finding('PL04', place, { severity: 'error', evidence, change: policyLine(place, 'one without that condition') })];
  });

const doubles: LintRule['check'] = (subject) =>
  uses(subject, ['when']).flatMap((place) => {
    const conditions = place.used.conditions.map((text) => text.replaceAll(/\s+/gu, ' ').trim());
    const double = conditions.find((text, index) => conditions.indexOf(text) < index);
    if (double === undefined) return [];
    const evidence = `the condition "${double}" stands twice: the second one is never reached`;
    return [finding('PL04', place, { severity: 'warning', evidence, change: policyLine(place, 'the same without the second') })];
  });
