/** Computed fields, each behind those that it reads; `left` are those that are computed from each other. */
export function computable<Link extends { readonly field: string }>(
  links: readonly Link[],
  readsOf: (link: Link) => readonly string[],
): { readonly ordered: readonly Link[]; readonly left: readonly Link[] } {
  const ordered: Link[] = [];
  let left = links;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ field }) => field));
    const ready = left.filter((link) => !readsOf(link).some((name) => waiting.has(name)));
    if (ready.length === 0) break;
    ordered.push(...ready);
    left = left.filter((link) => !ready.includes(link));
  }
  return { ordered, left };
}
