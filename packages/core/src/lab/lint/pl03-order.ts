import { cycleIn, edgesIn, joinless } from './orders.ts';
import { finding, places, policyLine, type LintRule, type Place } from './rule.ts';

/** Two values without one least value above both have no answer: they would wait for a person, each time. */
export const order: LintRule = {
  code: 'PL03',
  title: 'an order of values in which two of them have no common next',
  needs: 'configuration',
  check: (subject) => [
    ...places(subject, ['lattice', 'states']).flatMap((place) => {
      const edges = edgesIn(place.rule.map.policy.options);
      const cycle = cycleIn(edges);
      if (cycle !== undefined) return [told(place, `"${cycle}" leads back to itself`, place.policy === 'lattice' ? 'error' : 'warning')];
      const pair = place.policy === 'lattice' ? joinless(edges) : undefined;
      return pair ? [told(place, `"${pair[0]}" and "${pair[1]}" have no least value above both`, 'warning')] : [];
    }),
    ...places(subject, ['rank']).flatMap((place) => rankFaults(place.rule.map.policy.options).map((words) => told(place, words, 'error'))),
  ],
};

function told(place: Place, evidence: string, severity: 'error' | 'warning') {
  const change = policyLine(place, `{ ${place.policy}: … } with one value above both, or without the step back`);
  return finding('PL03', place, { severity, evidence, change });
}

/** A value that stands twice is both weaker and stronger than what lies between. */
function rankFaults(options: unknown): readonly string[] {
  const list: unknown = Array.isArray(options) ? options : member(options, 'order');
  const values = Array.isArray(list) ? list.filter((value) => typeof value === 'string') : [];
  const until: unknown = member(options, 'until') ?? {};
  const twice = values.filter((value, index) => values.indexOf(value) < index);
  const asides = typeof until === 'object' && until !== null ? Object.entries(until) : [];
  return [
    ...twice.map((value) => `"${value}" is in the order twice`),
    ...asides.filter(([aside]) => values.includes(aside)).map(([aside]) => `"${aside}" is in the order, and under "until" too`),
    ...asides
      .filter(([, limit]) => !values.includes(String(limit)))
      .map(([aside, limit]) => `"${aside}" is limited by "${String(limit)}", which is not in the order`),
  ];
}

function member(options: unknown, name: string): unknown {
  if (typeof options !== 'object' || options === null) return undefined;
  return Object.entries(options).find(([key]) => key === name)?.[1];
}
