import type { MapChange } from './changes.ts';

/** `field added: phone`; `field changed: phone in ce (values)`. */
export function changeWords({ what, kind, name, from, system, part }: Omit<MapChange, 'meaning' | 'reaches'>): string {
  const called = from === undefined ? name : `${from} to ${name}`;
  const where = system === undefined ? '' : ` in ${system}`;
  const member = part === undefined || part === name ? '' : ` (${part})`;
  return `${what} ${kind}: ${called}${where}${member}`;
}
