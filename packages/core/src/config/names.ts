import type { Complaint, Path } from './fault.ts';

/** Longer names would not fit ids and lists. */
const NAME_CHARS_MAX = 64;
export const NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/** Stands in `key` for the company that a system is set up for. */
export const COMPANY = 'company';
/** Actors of their own in every record's history. */
const RESERVED: ReadonlySet<string> = new Set(['concord', 'person', COMPANY]);
/** Words that stand beside the names of systems in an entity or a field. */
const ENTITY_WORDS = [
  'key',
  'delete',
  'fields',
  'groups',
  'filter',
  'invariants',
  'refused',
  'match',
  'review',
  'unique',
  'seed',
  'initial',
  'guard',
];
const FIELD_WORDS = ['type', 'values', 'policy', 'derived', 'refused', 'onMissing', 'waitAtMost', 'onParentDeleted'];

export function checkName(kind: 'system' | 'entity' | 'field' | 'group' | 'policy' | 'destination', path: Path): Complaint | undefined {
  const name = String(path.at(-1));
  const wrong = (text: string, suggestion: string): Complaint => ({ path, at: 'key', text, suggestion });
  if (!NAME_PATTERN.test(name) || name.length > NAME_CHARS_MAX) {
    return wrong(
      `"${name}" cannot be the name of a ${kind}.`,
      `Use a letter, then letters, digits and underscores, ${NAME_CHARS_MAX} at most.`,
    );
  }
  // Names become members of plain objects, some of which JavaScript has already.
  if (name in {} || RESERVED.has(name) || (kind === 'system' && [...ENTITY_WORDS, ...FIELD_WORDS].includes(name))) {
    return wrong(`"${name}" is reserved, and cannot be the name of a ${kind}.`, 'Use another name.');
  }
  return undefined;
}
