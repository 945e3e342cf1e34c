import type { Report } from './report.ts';

/** A report for people, a line each. */
export function tellReport({ entity, seed, read, pairs }: Report): string {
  const lines: string[] = [entity];
  for (const { system, rows, filtered, unreadable } of read) {
    const besides = [
      ...(filtered > 0 ? [`${filtered} kept out by a filter`] : []),
      ...(unreadable > 0 ? [`${unreadable} with columns that cannot be read`] : []),
    ];
    lines.push(`  ${system} holds ${rows} rows${besides.length === 0 ? '' : `, ${besides.join(', ')}`}`);
  }
  return [...lines, ...pairs.flatMap((pair) => tellPair(pair, seed))].join('\n');
}

function tellPair({ here, there, keys, ...told }: Report['pairs'][number], seed: string | undefined): readonly string[] {
  const all = told.matched.reduce((sum, count) => sum + count, 0);
  const byKey = told.matched.map((count, tier) => `${count} by ${keys[tier] === '' ? 'no key' : keys[tier]}`).join(', ');
  const stands = seed === undefined ? 'the policy of each field decides' : `the values of ${seed} stand`;
  return [
    `  ${here} and ${there}`,
    `    matched: ${all} (${byKey}); ${told.equal} hold the same`,
    `    only in ${here}: ${told.onlyHere.rows}${shown(told.onlyHere.examples)}`,
    `    only in ${there}: ${told.onlyThere.rows}${shown(told.onlyThere.examples)}`,
    `    ambiguous: ${told.ambiguous.rows} rows`,
    ...told.ambiguous.examples.map(
      ({ name, here: own, there: its }) => `      ${name}: ${here} ${own.join(', ') || 'none'}; ${there} ${its.join(', ') || 'none'}`,
    ),
    ...(told.review > 0 ? [`    for a person to review: ${told.review} of ${here}`] : []),
    ...(told.differing.length > 0 ? [`    where they differ, ${stands}:`] : []),
    ...told.differing.flatMap(({ field, pairs, empty, examples }) => [
      `      ${field}: ${pairs}${empty > 0 ? `, ${empty} of them empty on one side` : ''}`,
      ...examples.map((one) => `        ${one.key}: ${JSON.stringify(one.here)} | ${JSON.stringify(one.there)}`),
    ]),
  ];
}

function shown(examples: readonly string[]): string {
  return examples.length === 0 ? '' : ` (${examples.join(', ')}${examples.length > 4 ? ', …' : ''})`;
}
