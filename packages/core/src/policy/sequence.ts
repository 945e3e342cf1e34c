/**
 * The order of a merged list. Who moved things last says how they stand; whatever that side does not have is put behind the neighbour
 * that it had where it comes from. `sides` come in the order of their edits; no name comes twice in one list.
 */
export function sequenceOf(
  base: readonly string[],
  sides: readonly (readonly string[])[],
  members: ReadonlySet<string>,
): readonly string[] {
  const lead = sides.findLast((side) => isMoved(base, side)) ?? sides.at(-1) ?? base;
  const placed = lead.filter((name) => members.has(name));
  const known = new Set(placed);
  for (const side of [...sides.toReversed(), base]) {
    side.forEach((name, index) => {
      if (!members.has(name) || known.has(name)) return;
      const before = side.slice(0, index).findLast((other) => known.has(other));
      placed.splice(before === undefined ? 0 : placed.indexOf(before) + 1, 0, name);
      known.add(name);
    });
  }
  return placed;
}

/** Whether what both have stands in another order. */
function isMoved(base: readonly string[], side: readonly string[]): boolean {
  const [had, has] = [new Set(base), new Set(side)];
  const before = base.filter((name) => has.has(name));
  return side.filter((name) => had.has(name)).some((name, index) => name !== before[index]);
}
