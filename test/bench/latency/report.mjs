const GOAL_MS = 250;

/** Prints the figures. Ends with status 1 when an edit never arrived. */
export function report(acknowledged, arrivals) {
  const all = [...acknowledged].map(([name, { from, atMs }]) => ({ from, ms: arrivals.storedAt(name, from) - atMs }));
  const arrived = all.filter(({ ms }) => !Number.isNaN(ms));
  console.log(`${arrived.length} of ${acknowledged.size} edits arrived in the other system.`);
  for (const [words, from] of [
    ['both directions', undefined],
    ['from ce to fno', 'ce'],
    ['from fno to ce', 'fno'],
  ]) {
    const times = arrived.filter((one) => from === undefined || one.from === from).map(({ ms }) => Math.max(0, ms));
    if (times.length > 0) console.log(`  ${words.padEnd(16)} ${figures(times.toSorted((a, b) => a - b))}`);
  }
  if (arrived.length < acknowledged.size) process.exitCode = 1;
}

function figures(times) {
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const within = (100 * times.filter((ms) => ms <= GOAL_MS).length) / times.length;
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${times.at(-1)} ms, within ${GOAL_MS} ms: ${within.toFixed(1)} %`;
}
