import { computable } from '../map/computable.ts';
import type { Derived } from '../map/table.ts';
import type { EntityFields } from './entity.ts';
import { readExpression } from './expressions.ts';
import type { FieldRead } from './field.ts';
import type { Path } from './fault.ts';
import type { Reading } from './reading.ts';

/** A computed field with the fields that it reads. */
export interface DerivedRead extends Derived {
  readonly reads: readonly string[];
  /** Where that is written. */
  readonly path: Path;
}

/** Reads the fields that are computed. */
export function readDerived(reading: Reading, entity: EntityFields): readonly DerivedRead[] {
  return [...entity.fields.values()].flatMap((field) => readOne(reading, field, entity) ?? []);
}

function readOne(reading: Reading, field: FieldRead, entity: EntityFields): DerivedRead | undefined {
  if (field.derived === undefined) return undefined;
  const path = [...field.path, 'derived'];
  checkComputed(reading, field, entity, path);
  const expression = readExpression(reading, field.derived, entity, { result: field.type, path });
  return expression && { field: field.name, text: field.derived, reads: expression.reads, path };
}

/** Whether a field can be computed at all. `at` is where it says so. */
export function checkComputed(reading: Reading, { name, path, type, policy }: FieldRead, { key, groups }: EntityFields, at: Path): void {
  if (policy !== undefined)
    reading.wrong([...path, 'policy'], 'A field that is computed needs no policy.', 'Leave out "policy", or let it be edited.', 'key');
  if (key.includes(name)) reading.wrong(at, 'A field of the key cannot be computed.', 'Leave it out of the key.', 'key');
  if (type.kind === 'reference') reading.wrong(at, 'A reference cannot be computed.', 'Let it be edited.', 'key');
  const group = groups.find(({ fields }) => fields.includes(name));
  if (group) reading.wrong(at, `A field of a group cannot be computed.`, `Take it out of the group "${group.name}".`, 'key');
}

/** In an order in which each can be computed. A circle is complained of once, by all its names. */
export function orderDerived(reading: Reading, links: readonly DerivedRead[]): readonly DerivedRead[] {
  const { ordered, left } = computable(links, ({ reads }) => reads);
  if (left.length > 0) complainOfCircle(reading, left);
  return ordered;
}

function complainOfCircle(reading: Reading, left: readonly DerivedRead[]): void {
  const circle = circleIn(left);
  reading.wrong(
    left.find(({ field }) => field === circle[0])?.path ?? [],
    `These are computed from each other: ${[...circle, circle[0]].join(' from ')}.`,
    'Let one of them be edited.',
  );
}

/** Each link reads one that is left, so whoever follows them comes to a name twice. */
function circleIn(left: readonly DerivedRead[]): readonly string[] {
  const trail: string[] = [];
  let link = left[0];
  while (link && !trail.includes(link.field)) {
    trail.push(link.field);
    const next = link.reads.find((name) => left.some(({ field }) => field === name));
    link = left.find(({ field }) => field === next);
  }
  return link ? trail.slice(trail.indexOf(link.field)) : trail;
}
