import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';

/** Longer expressions are not read. */
const TEXT_CHARS_MAX = 2000;
/** How deep an expression may nest: every step of it works recursively. */
const DEPTH_MAX = 64;
const LISTED_MAX = 200;

const parser = new Environment({
  limits: {
    maxAstNodes: TEXT_CHARS_MAX,
    maxDepth: DEPTH_MAX,
    maxListElements: LISTED_MAX,
    maxMapEntries: LISTED_MAX,
    maxCallArguments: 16,
  },
});

/** Reads a CEL text as a tree, or says why it cannot be. */
export function parse(text: string): { readonly node: ASTNode } | { readonly wrong: string } {
  if (text.trim() === '') return { wrong: 'the expression is empty: write a condition or a value' };
  if (text.length > TEXT_CHARS_MAX) return { wrong: `the expression is longer than ${TEXT_CHARS_MAX} characters: split it, or shorten it` };
  try {
    const node = parser.parse(text).ast;
    return depth(node) > DEPTH_MAX ? { wrong: tooDeep() } : { node };
  } catch (thrown) {
    return { wrong: thrown instanceof ParseError ? tellSyntax(text, thrown) : tooDeep() };
  }
}

function tooDeep(): string {
  return `the expression nests deeper than ${DEPTH_MAX}: split it`;
}

function tellSyntax(text: string, { code, summary, range }: ParseError): string {
  if (code === 'limit_exceeded') return `the expression is too large (${summary}): split it`;
  const at = range?.start ?? 0;
  const behind = text.slice(at, at + 20).trim();
  return `this is no CEL${behind === '' ? '' : ` near "${behind}"`}: ${summary}`;
}

function depth(node: ASTNode): number {
  const children: readonly unknown[] = Array.isArray(node.args) ? node.args.flat(2) : [node.args];
  return 1 + Math.max(0, ...children.filter(isNode).map(depth));
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
