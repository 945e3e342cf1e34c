import { webDarkTheme, webLightTheme } from '@fluentui/tokens';
import type { Plugin } from 'vite';

const USED = /var\(--(\w+)\)/gu;

/** Fills in, as CSS variables, the tokens of Fluent's light and dark theme that the style sheets use. Fails on one that Fluent does not have. */
export function tokens(): Plugin {
  const used = new Set<string>();
  return {
    name: 'fluent-tokens',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('.css')) return undefined;
      for (const [, name = ''] of code.matchAll(USED)) if (isToken(name)) used.add(name);
      return undefined;
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        file.source = `${variables(used)}${String(file.source)}`;
      }
    },
  };
}

/** Our own variables begin with `own`. */
function isToken(name: string): boolean {
  if (name.startsWith('own')) return false;
  if (!(name in webLightTheme)) throw new Error(`Fluent has no token "${name}".`);
  return true;
}

function variables(used: ReadonlySet<string>): string {
  const names = new Set([...used].toSorted());
  const lines = (theme: object) =>
    Object.entries(theme).flatMap(([name, value]) => (names.has(name) ? [`--${name}:${String(value)}`] : []));
  const light = lines(webLightTheme);
  const dark = lines(webDarkTheme).filter((line) => !light.includes(line));
  return `:root{${light.join(';')}}@media (prefers-color-scheme:dark){:root{${dark.join(';')}}}`;
}
