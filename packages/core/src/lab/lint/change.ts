import type { PolicySpec } from '../../policy/spec.ts';
import type { Place } from '../../policy/setting.ts';

/**
 * A register's policy with other words in one place of it, as YAML on one line. Where that place was not written down, because it is what
 * the policy takes when nothing is said, it is written; where it cannot be, the words stand for the whole policy.
 */
export function policyWith({ name, options }: PolicySpec, at: Place, words: string): string {
  if (at.length === 0) return words;
  return put(options === undefined ? name : { [name]: options }, at, words) ?? words;
}

/** `undefined`: there is no such place. */
function put(value: unknown, [step, ...rest]: Place, words: string): string | undefined {
  if (step === undefined) return words;
  if (Array.isArray(value)) {
    if (typeof step !== 'number') return undefined;
    // What stands behind all the items, such as an "else" that nobody wrote.
    const all: readonly unknown[] = step < 0 ? [...value, {}] : value;
    const at = step < 0 ? value.length : step;
    return listOf(all, (item, index) => (index === at ? put(item, rest, words) : flow(item)));
  }
  // A bare name, or a place that is left to what the policy takes by itself.
  const members = Object.entries(typeof value === 'object' && value !== null ? value : value === step ? { [step]: undefined } : {});
  if (typeof value === 'string' && value !== step) return undefined;
  const name = String(step);
  const all = members.some(([known]) => known === name) ? members : [...members, [name, undefined] as const];
  return blockOf(all, (known, item) => (known === name ? put(item, rest, words) : flow(item)));
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return listOf(value, flow) ?? '';
  if (typeof value === 'object' && value !== null) return blockOf(Object.entries(value), (_name, item) => flow(item)) ?? '';
  return typeof value === 'string' ? plain(value) : JSON.stringify(value ?? null);
}

function listOf(items: readonly unknown[], tell: (item: unknown, index: number) => string | undefined): string | undefined {
  const told = items.map(tell);
  return told.includes(undefined) ? undefined : `[${told.join(', ')}]`;
}

function blockOf(
  members: readonly (readonly [string, unknown])[],
  tell: (name: string, item: unknown) => string | undefined,
): string | undefined {
  const told = members.map(([name, item]) => [plain(name), tell(name, item)] as const);
  return told.some(([, text]) => text === undefined) ? undefined : `{ ${told.map(([name, text]) => `${name}: ${text}`).join(', ')} }`;
}

/** Without quotes where YAML takes it for the same text. */
function plain(text: string): string {
  const isPlain = /^[A-Za-z][\w-]*$/u.test(text) && !/^(?:true|false|null|yes|no|on|off)$/iu.test(text);
  return isPlain ? text : JSON.stringify(text);
}
