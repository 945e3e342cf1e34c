/** Steps from one value to those just above it. */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/** The steps of chains, each from lower to higher. */
export function edgesOf(chains: readonly (readonly string[])[]): Edges {
  const edges = new Map<string, Set<string>>();
  for (const chain of chains) {
    for (const [index, value] of chain.entries()) {
      const above = edges.get(value) ?? new Set();
      edges.set(value, above);
      const next = chain[index + 1];
      if (next !== undefined) above.add(next);
    }
  }
  return edges;
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

/** Two values that nothing is above. */
export function topless(edges: Edges): readonly [string, string] | undefined {
  const above = new Map([...edges.keys()].map((value) => [value, reach(edges, value)]));
  for (const [a, overA] of above) {
    for (const [b, overB] of above) if (a < b && ![...overA].some((value) => overB.has(value))) return [a, b];
  }
  return undefined;
}
