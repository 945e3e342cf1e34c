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
export function markBraces(text: string): string {
  return text.replace(WRITTEN, `$$${OPEN}$1${CLOSE}`).replaceAll('({})', `(${OPEN}${CLOSE})`);
}

/** The text as its author wrote it. */
export function unmark(text: string): string {
  return text.replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
}

/** Whether the text is variables throughout: nothing of their value stands in the file. */
export function isVariable(text: string): boolean {
  return text !== '' && text.replace(WRITTEN, '') === '';
}

export function hasVariable(text: string): boolean {
  return text.search(WRITTEN) >= 0;
}

/** Whether something in the text looks like a variable and is none. */
export function hasBadVariable(text: string): boolean {
  return text.replace(WRITTEN, '').includes('${');
}

export function unsetVariables(text: string, env: Environment): readonly string[] {
  return [...text.matchAll(WRITTEN)].flatMap(([, name = '']) => (valueOf(name, env) === '' ? [name] : []));
}

/** The text with each variable's value in its place. What a value holds is not looked at again. */
export function fillVariables(text: string, env: Environment): string {
  return text.replace(WRITTEN, (_written, name: string) => valueOf(name, env));
}

function valueOf(name: string, env: Environment): string {
  return (Object.hasOwn(env, name) ? env[name] : undefined) ?? '';
}

export function suggestVariable(name: string, env: Environment): string {
  const near = nearest(name, Object.keys(env));
  return near === undefined || near === name
    ? `Set ${name} in the environment before the start.`
    : `Did you mean "${near}"? Otherwise set ${name} before the start.`;
}
