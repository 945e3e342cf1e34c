import { solve } from '../expression/solve.ts';
import type { Invariant } from '../map/table.ts';
import type { PolicyTraits } from '../policy/policy.ts';
import { checkComputed, type DerivedRead } from './derived.ts';
import type { EntityFields } from './entity.ts';
import { readExpression } from './expressions.ts';
import type { Path } from './fault.ts';
import type { TraitsRead } from './policy.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import { invariantShape } from './shapes.ts';

/** An invariant, read. */
export interface InvariantRead {
  readonly invariant: Invariant;
  readonly path: Path;
  /** The fields that the check reads. */
  readonly reads: readonly string[];
  /** The field that it computes, where it does. */
  readonly computed?: DerivedRead;
}

/** `undefined` after a complaint that leaves nothing to work with. */
export function readInvariant(reading: Reading, raw: unknown, entity: EntityFields, path: Path): InvariantRead | undefined {
  const words = reading.read(invariantShape, raw, path);
  if (!words) return undefined;
  const { check, onViolation } = words;
  const expression = readExpression(reading, check, entity, { result: { kind: 'yesno' }, path: [...path, 'check'] });
  if (!expression) return undefined;
  if (expression.reads.length === 0)
    reading.wrong([...path, 'check'], 'The check reads no field, so no edit could break it.', 'Let it ask for fields.');
  const { reads } = expression;
  if (typeof onViolation === 'string') return { invariant: { check, onViolation: { kind: onViolation } }, path, reads };
  const computed = readRecompute(reading, check, onViolation.recompute, entity, [...path, 'onViolation', 'recompute']);
  if (!computed) return undefined;
  const { field, text } = computed;
  return { invariant: { check, onViolation: { kind: 'recompute', field, text } }, path, reads, computed };
}

/** A sum is made of everybody's edits: there is no side that it could go back to. */
export function checkReverts(
  reading: Reading,
  invariants: readonly InvariantRead[],
  { groups, derived, traits }: Pick<EntityFields, 'groups'> & { readonly derived: readonly DerivedRead[]; readonly traits: TraitsRead },
): void {
  for (const { invariant, path, reads } of invariants) {
    if (invariant.onViolation.kind !== 'revert') continue;
    const edited = new Set(reads);
    for (const { field, reads: inputs } of derived.toReversed()) if (edited.delete(field)) for (const input of inputs) edited.add(input);
    const sum = [...edited].find((name) => isSum(traits.get(groups.find(({ fields }) => fields.includes(name))?.name ?? name)));
    if (sum === undefined) continue;
    reading.wrong([...path, 'onViolation'], `"${sum}" is what all sides make it, so it cannot go back to one of them.`, 'Write hold.');
  }
}

function isSum(traits: PolicyTraits | undefined): boolean {
  return traits !== undefined && (traits.additive || traits.parts || traits.local);
}

/** The check must say what the field is, as in `total == quantity * price`: whatever stands on the other side is its value. */
function readRecompute(reading: Reading, check: string, name: string, entity: EntityFields, path: Path): DerivedRead | undefined {
  const field = entity.fields.get(name);
  if (!field) {
    if (!entity.names.includes(name)) reading.wrong(path, `There is no field "${name}".`, suggest(name, entity.names));
    return undefined;
  }
  if (field.derived !== undefined) {
    reading.wrong(path, `"${name}" is computed already.`, 'Leave out "derived", or the invariant.');
    return undefined;
  }
  checkComputed(reading, field, entity, path);
  const text = solve(check, name);
  if (text === undefined) {
    reading.wrong(path, `The check does not say what "${name}" is.`, `Write check: '${name} == …'.`);
    return undefined;
  }
  const expression = readExpression(reading, text, entity, { result: field.type, path });
  if (!expression) return undefined;
  if (expression.reads.includes(name)) {
    reading.wrong(path, `The check computes "${name}" from itself.`, 'Keep it on one side alone.');
    return undefined;
  }
  return { field: name, text, reads: expression.reads, path };
}
