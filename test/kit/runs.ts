/** Properties are tried a little each time, and at length when somebody asks: CONCORD_RUNS=100 npx vitest run test/laws. */
const TIMES = Number(process.env['CONCORD_RUNS'] ?? 1);

/** How often a property is tried, and how long that may take. */
export function runs(few: number): number {
  return few * (Number.isFinite(TIMES) && TIMES >= 1 ? Math.floor(TIMES) : 1);
}

export const LONG_MS = 30_000 * Math.max(1, TIMES);
