import { z } from 'zod';

const NAME_CHARS_MAX = 256;
const word = z.string().min(1).max(NAME_CHARS_MAX);

/** One name, or a list of names. */
export const names = z.union([word, z.array(word).min(1)]).transform((value) => (typeof value === 'string' ? [value] : value));

/** Whether a name is in a list in which `*` stands for anything. Case counts: what is alike depends on the language. */
export function named(list: readonly string[], name: string): boolean {
  return list.some((pattern) => fits(pattern, name));
}

function fits(pattern: string, name: string): boolean {
  const [head = '', ...parts] = pattern.split('*');
  if (parts.length === 0) return head === name;
  const tail = parts.pop() ?? '';
  if (!name.startsWith(head) || name.length < head.length + tail.length || !name.endsWith(tail)) return false;
  let from = head.length;
  for (const part of parts) {
    const found = name.indexOf(part, from);
    if (found === -1 || found + part.length > name.length - tail.length) return false;
    from = found + part.length;
  }
  return true;
}
