import { arrayIn, entriesIn, objectIn, textIn } from './look.ts';

const DEPTH_MAX = 6;

/** A JSON Schema in the words of a type: short enough to be read. */
export function outline(schema: object | undefined, depth = 0): string {
  if (!schema || depth > DEPTH_MAX) return '…';
  const choices = [...arrayIn(schema, 'anyOf'), ...arrayIn(schema, 'oneOf')].filter((one) => typeof one === 'object');
  if (choices.length > 0) return [...new Set(choices.map((one) => outline(one ?? undefined, depth)))].join(' | ');
  const values = 'const' in schema ? [schema.const] : arrayIn(schema, 'enum');
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(' | ');
  const type = textIn(schema, 'type');
  if (type === 'array') return `[ ${outline(objectIn(schema, 'items'), depth)}, … ]`;
  if (type !== 'object') return type === '' ? 'anything' : type;
  const members = membersOf(schema, depth);
  const pattern = entriesIn(objectIn(schema, 'patternProperties'))[0]?.[1] ?? objectIn(schema, 'additionalProperties');
  if (pattern) members.push(`${indent(depth + 1)}[name]: ${outline(pattern, depth + 1)}`);
  return members.length === 0 ? '{ }' : `{\n${members.join('\n')}\n${indent(depth)}}`;
}

function membersOf(schema: object, depth: number): string[] {
  const required = new Set(arrayIn(schema, 'required'));
  return entriesIn(objectIn(schema, 'properties')).map(([name, member]) => {
    const words = textIn(member, 'description');
    const told = `${indent(depth + 1)}${name}${required.has(name) ? '' : '?'}: ${outline(member, depth + 1)}`;
    return words === '' ? told : `${told}  // ${words}`;
  });
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}
