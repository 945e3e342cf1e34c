import type { z } from 'zod';
import type { Complaint, Path } from './fault.ts';
import { suggest } from './near.ts';

type Issue = z.core.$ZodIssue;

const EXCERPT_CHARS_MAX = 40;

/** What a type of the schema is called by people who do not write schemas. */
const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, such as [a, b]',
  object: 'a block of settings',
  record: 'a block of settings',
};

/** Turns what the schema says into what its reader needs. `path` is where `raw` stands. */
export function explain(issue: Issue, raw: unknown, path: Path): readonly Complaint[] {
  const here = [...path, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const found = valueAt(raw, issue.path);
  switch (issue.code) {
    case 'invalid_union':
      return explainUnion(issue, here, found);
    case 'unrecognized_keys': {
      const known = issue.message.split(', ');
      return issue.keys.map((key) => unknownKey([...here, key], known));
    }
    case 'invalid_value':
      return [
        wrong(
          here,
          found,
          issue.values.length === 1 ? `"${String(issue.values[0])}"` : 'one of a few words',
          suggest(String(found), issue.values.map(String)),
        ),
      ];
    case 'invalid_type':
      return [found === undefined ? missing(here) : wrong(here, found, EXPECTED[issue.expected] ?? issue.expected)];
    case 'too_small':
      return [
        wrong(
          here,
          found,
          issue.origin === 'string' ? 'a text that is not empty' : sized(issue.origin, `${String(issue.minimum)} or more`),
        ),
      ];
    case 'too_big':
      return [wrong(here, found, sized(issue.origin, `${String(issue.maximum)} at the most`))];
    case 'invalid_key':
      return [{ path: here, at: 'key', text: `${issue.issues[0]?.message ?? issue.message}; found "${String(here.at(-1))}".` }];
    default:
      return [{ path: here, at: 'value', text: `${issue.message}; found ${excerpt(found)}.` }];
  }
}

/** A name that nothing here answers to. */
export function unknownKey(path: Path, known: readonly string[]): Complaint {
  const key = String(path.at(-1));
  return { path, at: 'key', text: `"${key}" is not known here.`, suggestion: suggest(key, known) };
}

export function missing(path: Path): Complaint {
  const name = String(path.at(-1));
  return { path, at: 'key', text: `"${name}" is missing.`, suggestion: `Add "${name}: …".` };
}

function wrong(path: Path, found: unknown, expected: string, suggestion?: string): Complaint {
  const text = `Expected ${expected}; found ${excerpt(found)}.`;
  return { path, at: 'value', text, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** Of several forms, the one whose kind fits was meant: its faults are told. When none fits, all forms are named. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, here: Path, found: unknown): readonly Complaint[] {
  const meant = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0 || !isOfAnotherKind(inner, found)));
  if (meant && meant.length > 0) return meant.flatMap((inner) => explain(inner, found, here));
  if (found === undefined) return [missing(here)];
  const forms = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === 'invalid_type' ? [EXPECTED[inner.expected] ?? inner.expected] : [])),
  );
  return [wrong(here, found, [...new Set(forms)].join(' or '))];
}

function isOfAnotherKind({ code }: Issue, found: unknown): boolean {
  return code === 'invalid_type' || (code === 'invalid_value' && typeof found === 'object');
}

/** "5 or more" of a list is another thing than a number that is 5 or more. */
function sized(origin: string, size: string): string {
  if (origin === 'array' || origin === 'set') return `a list of ${size}`;
  return origin === 'string' ? `a text of ${size} characters` : size;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value;
}

function excerpt(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > EXCERPT_CHARS_MAX ? `${text.slice(0, EXCERPT_CHARS_MAX)}…` : text;
}
