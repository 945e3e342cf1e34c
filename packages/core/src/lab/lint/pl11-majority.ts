import { finding, policyLine, uses, type LintRule } from './rule.ts';

const SYSTEMS_MIN = 3;

/** Of two votes neither is a majority. */
export const majority: LintRule = {
  code: 'PL11',
  title: 'a vote of two',
  needs: 'configuration',
  check: (subject) =>
    uses(subject, ['majority']).flatMap((place) => {
      const systems = place.table.systems.filter((system) => place.rule.reads(system));
      if (systems.length >= SYSTEMS_MIN) return [];
      const evidence = `${systems.join(' and ')} have the field: ${systems.length < 2 ? 'one is' : 'two are'} no vote`;
      return [finding('PL11', place, { severity: 'warning', evidence, change: policyLine(place, 'latest') })];
    }),
};
