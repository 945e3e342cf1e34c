import { solve } from '../expression/solve.ts';
import type { Invariant } from '../map/table.ts';
import type { EntityFields } from './entity.ts';
import { readExpression } from './expressions.ts';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import { invariantShape } from './shapes.ts';

/** `undefined` after a complaint that leaves nothing to work with. */
export function readInvariant(reading: Reading, raw: unknown, entity: EntityFields, path: Path): Invariant | undefined {
  const words = reading.read(invariantShape, raw, path);
  if (!words) return undefined;
  reading.warn(path, 'Invariants are not enforced yet: this is checked, and nothing more.', 'Leave it out for now.');
  const { check, onViolation } = words;
  const expression = readExpression(reading, check, entity, { result: { kind: 'yesno' }, path: [...path, 'check'] });
  if (!expression) return undefined;
  if (expression.reads.length === 0)
    reading.wrong([...path, 'check'], 'The check reads no field, so no edit could break it.', 'Let it ask for fields.');
  if (typeof onViolation === 'string') return { check, onViolation: { kind: onViolation } };
  return readRecompute(reading, check, onViolation.recompute, entity, [...path, 'onViolation', 'recompute']);
}

/** The check must say what the field is, as in `total == quantity * price`: whatever stands on the other side is its value. */
function readRecompute(reading: Reading, check: string, name: string, entity: EntityFields, path: Path): Invariant | undefined {
  const field = entity.fields.get(name);
  if (!field) {
    if (!entity.names.includes(name)) reading.wrong(path, `There is no field "${name}".`, suggest(name, entity.names));
    return undefined;
  }
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
  return { check, onViolation: { kind: 'recompute', field: name, text } };
}
