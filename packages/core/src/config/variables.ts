import { nearest } from './near.ts';

/** The surroundings that `${NAME}` is taken from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Braces are punctuation inside `{ … }` blocks of YAML, so `{ url: ${FNO_URL} }` and `{ as: /accounts({}) }` would not parse. Before
 * parsing, these braces are put aside as two characters of Unicode's private area, one for one, so that every line and column stays
 * what it was.
 */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];
const WRITTEN = /\$\{([A-Za-z_]\w*)\}/gu;
const MARKED = new RegExp(`\\$${OPEN}([A-Za-z_]\\w*)${CLOSE}`, 'gu');

export function markBraces(text: string): string {
  return text.replace(WRITTEN, `$$${OPEN}$1${CLOSE}`).replaceAll('({})', `(${OPEN}${CLOSE})`);
}

/** The text as its author wrote it. */
export function unmark(text: string): string {
  return text.replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
}

/** Whether the whole text is one variable: nothing of its value stands in the file. */
export function isVariable(text: string): boolean {
  return text.replace(MARKED, '') === '' && text !== '';
}

/** The text with each variable's value in its place, and the names of those that are not set. */
export function fillVariables(text: string, env: Environment): { readonly text: string; readonly unset: readonly string[] } {
  const unset: string[] = [];
  const filled = text.replace(MARKED, (_marked, name: string) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined || value === '') unset.push(name);
    return value ?? '';
  });
  return { text: unmark(filled), unset };
}

export function suggestVariable(name: string, env: Environment): string {
  const near = nearest(name, Object.keys(env));
  return near === undefined || near === name
    ? `Set ${name} in the environment before the start.`
    : `Did you mean "${near}"? Otherwise set ${name} before the start.`;
}
