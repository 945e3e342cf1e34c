import type { Json } from '../values.ts';
import type { Complaint, Path } from './fault.ts';
import { hasBadVariable, isVariable, suggestVariable, unmark, unsetVariables, type Environment } from './variables.ts';

/** Deeper than any configuration; an alias inside what it stands for would go on for ever. */
const DEPTH_MAX = 32;
const SECRET = /secret|password/iu;

/**
 * What a YAML text says as plain JSON. Variables stand in it as they were written: everything is checked without their values, so that no
 * message can tell a secret, and a value cannot change what the configuration means.
 */
export interface Plain {
  readonly json: Json;
  readonly complaints: readonly Complaint[];
}

export function toPlain(raw: unknown, env: Environment): Plain {
  const complaints: Complaint[] = [];
  const complain = (path: Path, text: string, suggestion: string, at: 'key' | 'value' = 'value'): null => {
    complaints.push({ path, at, text, suggestion });
    return null;
  };

  const copy = (value: unknown, path: Path): Json => {
    if (path.length > DEPTH_MAX) return complain(path, 'This nests too deep, or within itself.', 'Write it out without aliases.');
    if (isSecret(path) && !isHidden(value)) {
      return complain(path, 'A secret stands in the file.', 'Put it into an environment variable and write ${NAME} here.');
    }
    if (typeof value === 'string') return copyText(value, path);
    if (typeof value === 'number') return copyNumber(value, path);
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index]));
    if (typeof value === 'object' && value !== null) return copyBlock(value, path);
    return typeof value === 'boolean' ? value : null;
  };

  const copyText = (marked: string, path: Path): Json => {
    const text = unmark(marked);
    for (const name of unsetVariables(text, env)) complain(path, `The variable ${name} is not set.`, suggestVariable(name, env));
    if (hasBadVariable(text)) return complain(path, `"${text}" is not a variable.`, 'Write ${NAME}, with letters, digits and underscores.');
    return text;
  };

  const copyNumber = (value: number, path: Path): Json => {
    if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return value;
    return complain(path, 'This number cannot be kept exactly.', 'Put it into quotes.');
  };

  const copyBlock = (block: object, path: Path): Json => {
    if (Object.hasOwn(block, '__proto__')) complain([...path, '__proto__'], '"__proto__" cannot be a name.', 'Use another.', 'key');
    const entries = Object.entries(block).filter(([name]) => name !== '__proto__');
    return Object.fromEntries(entries.map(([name, value]) => [unmark(name), copy(value, [...path, name])]));
  };

  return { json: copy(raw, []), complaints };
}

/** Only a system's options hold secrets. */
function isSecret(path: Path): boolean {
  const name = path.at(-1);
  return path[0] === 'systems' && path.length > 2 && typeof name === 'string' && SECRET.test(name);
}

function isHidden(value: unknown): boolean {
  return typeof value === 'string' && isVariable(unmark(value));
}
