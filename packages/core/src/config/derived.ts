import type { Derived } from '../map/table.ts';
import type { EntityFields } from './entity.ts';
import { readExpression } from './expressions.ts';
import type { FieldRead } from './field.ts';
import type { Reading } from './reading.ts';

interface Link extends Derived {
  readonly reads: readonly string[];
}

/** Reads the fields that are computed, in an order in which each can be. */
export function readDerived(reading: Reading, entity: EntityFields): readonly Derived[] {
  const links = [...entity.fields.values()].flatMap((field) => readLink(reading, field, entity) ?? []);
  return ordered(reading, links, entity).map(({ field, text }) => ({ field, text }));
}

function readLink(reading: Reading, field: FieldRead, entity: EntityFields): Link | undefined {
  if (field.derived === undefined) return undefined;
  checkPlace(reading, field, entity);
  reading.warn([...field.path, 'derived'], 'Fields are not computed yet: this is checked, and nothing more.', 'Leave it out for now.');
  const expression = readExpression(reading, field.derived, entity, { result: field.type, path: [...field.path, 'derived'] });
  return expression && { field: field.name, text: field.derived, reads: expression.reads };
}

function checkPlace(reading: Reading, { name, path, type, policy }: FieldRead, { key, groups }: EntityFields): void {
  const at = [...path, 'derived'];
  if (policy !== undefined)
    reading.wrong([...path, 'policy'], 'A field that is computed needs no policy.', 'Leave out "policy", or "derived".', 'key');
  if (key.includes(name)) reading.wrong(at, 'A field of the key cannot be computed.', 'Leave it out of the key.', 'key');
  if (type.kind === 'reference') reading.wrong(at, 'A reference cannot be computed.', 'Leave out "derived".', 'key');
  const group = groups.find(({ fields }) => fields.includes(name));
  if (group) reading.wrong(at, `A field of a group cannot be computed.`, `Take it out of the group "${group.name}".`, 'key');
}

/** What reads nothing that is still to come, first. A circle is complained of once, by all its names. */
function ordered(reading: Reading, links: readonly Link[], entity: EntityFields): readonly Link[] {
  const placed: Link[] = [];
  let left = links;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ field }) => field));
    const ready = left.filter(({ reads }) => !reads.some((name) => waiting.has(name)));
    if (ready.length === 0) {
      complainOfCircle(reading, left, entity);
      return placed;
    }
    placed.push(...ready);
    left = left.filter((link) => !ready.includes(link));
  }
  return placed;
}

function complainOfCircle(reading: Reading, left: readonly Link[], { fields }: EntityFields): void {
  const circle = circleIn(left);
  const path = fields.get(circle[0] ?? '')?.path ?? [];
  reading.wrong(
    [...path, 'derived'],
    `These are computed from each other: ${[...circle, circle[0]].join(' from ')}.`,
    'Let one of them be edited.',
  );
}

/** Each link reads one that is left, so whoever follows them comes to a name twice. */
function circleIn(left: readonly Link[]): readonly string[] {
  const trail: string[] = [];
  let link = left[0];
  while (link && !trail.includes(link.field)) {
    trail.push(link.field);
    const next = link.reads.find((name) => left.some(({ field }) => field === name));
    link = left.find(({ field }) => field === next);
  }
  return link ? trail.slice(trail.indexOf(link.field)) : trail;
}
