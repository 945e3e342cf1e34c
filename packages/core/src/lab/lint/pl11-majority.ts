import { finding, places, policyLine, type LintRule } from './rule.ts';

const SYSTEMS_MIN = 3;

/** Of two votes neither is a majority. */
export const majority: LintRule = {
  code: 'PL11',
  title: 'a vote of two, or a mean that is written back',
  needs: 'configuration',
  check: (subject) => [
    ...places(subject, ['majority']).flatMap((place) => {
      const systems = place.table.systems.filter((system) => place.rule.reads(system));
      if (systems.length >= SYSTEMS_MIN) return [];
      const evidence = `${systems.join(' and ')} have the field: two cannot outvote each other`;
      return [finding('PL11', place, { severity: 'warning', evidence, change: policyLine(place, 'latest') })];
    }),
    ...places(subject, ['average']).flatMap((place) => {
      const systems = place.table.systems.filter((system) => place.rule.writes(system));
      if (systems.length === 0) return [];
      const evidence = `the mean is written to ${systems.join(' and ')}, and is told back as if somebody had set it`;
      return [finding('PL11', place, { severity: 'error', evidence, change: policyLine(place, 'latest') })];
    }),
  ],
};
