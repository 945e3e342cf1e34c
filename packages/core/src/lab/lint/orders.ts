/** Steps from one value to a higher one. */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The steps that a policy's options name, in whichever form they are written: a list goes upwards; `from: [to, …]` and "a > b > c" do too.
 */
export function edgesIn(options: unknown): Edges {
  const edges = new Map<string, Set<string>>();
  const chain = (values: readonly string[]): void => {
    values.forEach((value, index) => {
      const next = values[index + 1];
      const above = edges.get(value) ?? new Set();
      edges.set(value, above);
      if (next !== undefined) above.add(next);
    });
  };
  const look = (part: unknown): void => {
    if (typeof part === 'string') chain(part.split(/\s*(?:->|>)\s*/u));
    else if (isTexts(part)) chain(part.some((text) => text.includes('>')) ? [] : part);
    if (Array.isArray(part) && part.some((item) => typeof item !== 'string' || item.includes('>'))) part.forEach(look);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return;
    for (const [name, value] of Object.entries(part)) {
      if (WORDS.has(name)) look(value);
      else if (isTexts(value)) for (const to of value) chain([name, to]);
      else if (typeof value === 'string') chain([name, value]);
    }
  };
  look(options);
  return edges;
}

/** Names of options, not values of the field. */
const WORDS: ReadonlySet<string> = new Set(['order', 'edges', 'steps', 'from', 'states']);

function isTexts(part: unknown): part is readonly string[] {
  return Array.isArray(part) && part.every((item) => typeof item === 'string');
}

/** Everything that can be reached from a value, itself included. */
function reach(edges: Edges, from: string): ReadonlySet<string> {
  const found = new Set([from]);
  for (const value of found) for (const next of edges.get(value) ?? []) found.add(next);
  return found;
}

/** A value that leads back to itself. */
export function cycleIn(edges: Edges): string | undefined {
  return [...edges.keys()].find((value) => [...(edges.get(value) ?? [])].some((next) => reach(edges, next).has(value)));
}

/** Two values of which both may hold, and no one value lies just above both. */
export function joinless(edges: Edges): readonly [string, string] | undefined {
  const values = [...new Set([...edges.keys(), ...[...edges.values()].flatMap((above) => [...above])])];
  for (const [index, a] of values.entries()) {
    for (const b of values.slice(index + 1)) {
      const [overA, overB] = [reach(edges, a), reach(edges, b)];
      const common = [...overA].filter((value) => overB.has(value));
      const least = common.filter((value) => common.every((other) => reach(edges, value).has(other)));
      if (least.length !== 1) return [a, b];
    }
  }
  return undefined;
}
