import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { catalogue, LIMITS, policies } from '@concord/core';
import { describe, expect, test } from 'vitest';
import { repositoryFiles, ROOT } from './sources.ts';

const files = repositoryFiles();
const pages = files.filter(({ path }) => path.endsWith('.md'));
const page = (path: string): string => files.find((file) => file.path === path)?.text ?? '';

test('every link of a page leads to a file, and to a heading that is there', () => {
  const dead = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/gu)]
      .filter(([, file = '', heading]) => !leads(path, file, heading))
      .map(([link]) => `${path}: ${link}`),
  );
  expect(dead).toEqual([]);
});

function leads(from: string, file: string, heading: string | undefined): boolean {
  const target = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, target))) return false;
  return heading === undefined || headings(page(target)).includes(heading);
}

/** As forges name them: lower case, no punctuation, blanks as hyphens. */
function headings(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gmu)].map(([, words = '']) =>
    words
      .toLowerCase()
      .replaceAll(/[^\w\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every file that the map of the house names is there', () => {
  const named = [...page('ARCHITECTURE.md').matchAll(/`((?:[\w-]+\/)+[\w.-]+\.ts)`/gu)].map(([, path = '']) => path);
  const places = ['', 'packages/core/src/', 'packages/adapters/src/', 'packages/server/src/', 'packages/'];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !places.some((place) => existsSync(join(ROOT, place, path))))).toEqual([]);
});

test('every function that the map of the house names in a file is in that file', () => {
  const named = [...page('ARCHITECTURE.md').matchAll(/`(\w+)` \(`((?:merge|engine|map|record)\/[\w-]+\.ts)`\)/gu)];
  const lost = named.filter(([, name = '', path = '']) => !page(`packages/core/src/${path}`).includes(name));
  expect(named.length).toBeGreaterThan(10);
  expect(lost.map(([words]) => words)).toEqual([]);
});

test('every command that a page tells is there', () => {
  const scripts = page('package.json');
  const told = pages.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:]+)/gu)].map(([, name = '']) => name));
  expect([...new Set(told)].filter((name) => !scripts.includes(`"${name}":`))).toEqual([]);
});

describe('a page tells all there is', () => {
  test.each(Object.keys(policies))('of the policy %s', (name) => {
    const sections = [...page('docs/policies.md').matchAll(/^### (.+)$/gmu)].flatMap(([, words = '']) => words.split(/ and |, /u));
    expect(sections).toContain(name);
  });

  test.each(Object.keys(catalogue))('of the problem %s', (code) => {
    expect(page('docs/rest-api.md').includes(`\`${code}\``)).toBe(true);
  });

  test.each(Object.entries(LIMITS))('of the limit %s, with its default', (name, value) => {
    expect(page('docs/configuration.md').includes(`| \`limits.${name}\` | ${value} |`)).toBe(true);
  });

  test('of the routes', () => {
    const routes = files.filter(({ path }) => path.startsWith('packages/server/src/routes/'));
    const served = routes.flatMap(({ text }) =>
      [...text.matchAll(/\.(get|post|put|delete)\(\s*'([^']+)'/gu)].map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`),
    );
    expect(served.length).toBeGreaterThan(7);
    expect(served.filter((route) => !page('docs/rest-api.md').includes(`\n## ${route}\n`))).toEqual([]);
  });
});
