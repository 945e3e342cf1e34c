import type { ASTNode } from '@marcbachmann/cel-js';
import { parse } from './parse.ts';

/** What a field is by an equation: of `total == quantity * price` and `total`, the text `quantity * price`. `undefined`: it says nothing such. */
export function solve(text: string, field: string): string | undefined {
  const parsed = parse(text);
  if (!('node' in parsed) || parsed.node.op !== '==') return undefined;
  const [left, right] = parsed.node.args;
  // Nodes do not tell the brackets around them, so the text is cut at the sign.
  if (isField(left, field)) return whole(text.slice(text.indexOf('==', left.end) + 2));
  return isField(right, field) ? whole(text.slice(0, text.lastIndexOf('==', right.start))) : undefined;
}

function isField(node: ASTNode, field: string): boolean {
  return node.op === 'id' && node.args === field;
}

function whole(text: string): string | undefined {
  return 'node' in parse(text) ? text.trim() : undefined;
}
