/** Throws a plain Error: a law names what it promised, and any test runner reports it. */
export function check(truth: boolean, promise: string): asserts truth {
  if (!truth) throw new Error(`Broken law: ${promise}`);
}

/** Whether two plain values hold the same; members that are `undefined` do not count. */
export function checkSame(actual: unknown, expected: unknown, promise: string): void {
  const [found, wanted] = [plain(actual), plain(expected)];
  check(found === wanted, `${promise}\n  expected ${wanted}\n  found    ${found}`);
}

/** Waits for a promise that must be refused with this code. */
export async function checkRefused(work: Promise<unknown>, code: string, promise: string): Promise<void> {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const found = thrown instanceof Error && 'code' in thrown ? thrown.code : thrown;
  check(found === code, `${promise}: expected ${code}, found ${String(found)}`);
}

/** JSON with the members of each object in one order. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => (isObject(member) ? inOrder(member) : member)) ?? 'undefined';
}

function inOrder(value: object): unknown {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
