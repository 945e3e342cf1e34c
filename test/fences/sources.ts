import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What is not in the repository, or not written by people. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist']);
const NOT_WRITTEN = /\.(?:tsbuildinfo|db|db-wal|db-shm|log|png|ico)$|^openapi\.d\.ts$/u;

/** Every text file of the repository. */
export function repositoryFiles(folder = ''): readonly SourceFile[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true }).filter(
    ({ name }) => !LEFT_OUT.has(name) && !NOT_WRITTEN.test(name),
  );
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return repositoryFiles(path);
    return entry.isFile() ? [{ path, text: readFileSync(join(ROOT, path), 'utf8') }] : [];
  });
}

/** What a TypeScript file imports or passes on, types included, as it is written there. */
export function importsOf(text: string): readonly string[] {
  const code = withoutComments(text);
  return [...code.matchAll(/\b(?:import|export)\s(?:[^'";]*?\sfrom\s*)?(['"])([^'"]+)\1|\bimport\(\s*(['"])([^'"]+)\3/gu)].map(
    (found) => found[2] ?? found[4] ?? '',
  );
}

/** Strings stay: a module's name is one. A `//` within a string is taken for a comment, which costs nothing here. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//gu, ' ').replace(/(^|\s)\/\/.*$/gmu, '');
}

/** The code alone: no comments, and nothing within quotes. What stands in a template's `${…}` is lost with it. */
export function codeOf(text: string): string {
  return withoutComments(text).replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/gu, "''");
}
