import { z } from 'zod';
import { cycleIn, edgesOf, topless } from './orders.ts';
import { finding, policyLine, uses, type LintRule, type LintPlace } from './rule.ts';

/** Two values with nothing above them wait for a person, each time; a value that stands twice is both weaker and stronger than others. */
export const order: LintRule = {
  code: 'PL03',
  title: 'an order of values in which two of them have no common next',
  needs: 'configuration',
  check: (subject) => [
    ...uses(subject, ['lattice']).flatMap((place) => {
      const pair = topless(edgesOf(chains.parse(place.used.options)));
      if (!pair) return [];
      const evidence = `nothing is above both "${pair[0]}" and "${pair[1]}": set at one time, they wait for a person`;
      return [told(place, evidence, 'one value above both', 'warning')];
    }),
    ...uses(subject, ['states']).flatMap((place) => {
      const { steps } = machine.parse(place.used.options);
      const circle = cycleIn(new Map(Object.entries(steps).map(([from, to]) => [from, new Set(to)])));
      if (circle === undefined) return [];
      const evidence = `"${circle}" leads back to itself: within the circle no state is further than another, and the later edit stands`;
      return [told(place, evidence, 'no step back', 'notice')];
    }),
    ...uses(subject, ['rank']).flatMap((place) =>
      rankFaults(ladder.parse(place.used.options)).map((words) => told(place, words, 'each value once', 'error')),
    ),
  ],
};

/** What the policies themselves read their options as. */
const chains = z.array(z.array(z.string()));
const machine = z.object({ steps: z.record(z.string(), z.array(z.string())) });
const ladder = z.object({ order: z.array(z.string()), until: z.record(z.string(), z.string()) });

function told(place: LintPlace, evidence: string, mended: string, severity: 'error' | 'warning' | 'notice') {
  return finding('PL03', place, { severity, evidence, change: `${policyLine(place, `{ ${place.used.name}: … }`)} # with ${mended}` });
}

/** A value that stands twice is both weaker and stronger than what lies between. */
function rankFaults({ order: values, until }: z.output<typeof ladder>): readonly string[] {
  const twice = values.filter((value, index) => values.indexOf(value) < index);
  const asides = Object.entries(until);
  return [
    ...twice.map((value) => `"${value}" is in the order twice`),
    ...asides.filter(([aside]) => values.includes(aside)).map(([aside]) => `"${aside}" is in the order, and under "until" too`),
    ...asides
      .filter(([, limit]) => !values.includes(limit))
      .map(([aside, limit]) => `"${aside}" is limited by "${limit}", which is not in the order`),
  ];
}
