import { customPolicy, type CustomPolicy } from '../policy/custom.ts';
import type { PolicyKind } from '../policy/kind.ts';
import { policies } from '../policy/registry.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import type { CustomSource } from './config.ts';
import type { Path } from './fault.ts';
import { checkName } from './names.ts';
import { isTooLong, type Reading } from './reading.ts';
import { customPolicyShape } from './shapes.ts';

/** Longer modules are not read. */
const SOURCE_CHARS_MAX = 100_000;
const POLICIES_MAX = 200;

/** How policies of the user's own are loaded. */
export interface Modules {
  readonly sandbox: Sandbox;
  /** The text of a file, its path counted from the configuration's folder; `undefined`: it cannot be read. */
  read(path: string): string | undefined;
}

/** The policies of the user's own, by name. Where a part was wrong, that was complained of, and the rest is here. */
export interface PoliciesRead {
  readonly kinds: Readonly<Record<string, CustomPolicy>>;
  readonly sources: Readonly<Record<string, CustomSource>>;
}

/** Every policy that a configuration can use: those of the registry, and its own. */
export function policyKinds(sources: Readonly<Record<string, CustomSource>>, sandbox: Sandbox): Readonly<Record<string, PolicyKind>> {
  const own = Object.entries(sources).map(([name, { source }]) => [name, customPolicy(name, source, sandbox)] as const);
  return { ...policies, ...Object.fromEntries(own) };
}

export function readPolicies(reading: Reading, raw: Readonly<Record<string, unknown>>, modules: Modules | undefined): PoliciesRead {
  const names = Object.keys(raw);
  if (isTooLong(reading, ['policies'], names.length, POLICIES_MAX)) return { kinds: {}, sources: {} };
  const read = names.flatMap((name) => readCustom(reading, raw[name], ['policies', name], modules) ?? []);
  return {
    kinds: Object.fromEntries(read.map(({ kind }) => [kind.name, kind])),
    sources: Object.fromEntries(read.map(({ kind, source }) => [kind.name, source])),
  };
}

function readCustom(
  reading: Reading,
  raw: unknown,
  path: Path,
  modules: Modules | undefined,
): { readonly kind: CustomPolicy; readonly source: CustomSource } | undefined {
  const name = String(path.at(-1));
  reading.complain(checkName('policy', path));
  if (Object.hasOwn(policies, name)) reading.wrong(path, `There is a policy "${name}" already.`, 'Give yours another name.', 'key');
  const read = reading.read(customPolicyShape, raw, path);
  if (!read) return undefined;
  const { module } = read;
  if (!modules) {
    reading.wrong(path, 'Policies of your own cannot be run here.', 'Use concord check or concord run.', 'key');
    return undefined;
  }
  const source = modules.read(module);
  if (source === undefined) {
    reading.wrong([...path, 'module'], `The file "${module}" cannot be read.`, "Its path is counted from the configuration's folder.");
    return undefined;
  }
  if (source.length > SOURCE_CHARS_MAX) {
    reading.wrong([...path, 'module'], `The file is longer than ${SOURCE_CHARS_MAX} characters.`, 'A policy is a page, not a program.');
    return undefined;
  }
  const words = unloadable(modules.sandbox, source);
  if (words !== undefined) {
    reading.wrong([...path, 'module'], `The file "${module}" is no policy: it ${words}.`, 'docs/custom-policies.md shows one.');
    return undefined;
  }
  return { kind: customPolicy(name, source, modules.sandbox), source: { module, source } };
}

/** Over the one or the other a sound policy may throw as well, but not over both what a module throws that cannot be loaded. */
const PROBES = [
  { frontier: [], type: { kind: 'text' } },
  { frontier: [{ system: 'a', value: '1', atMs: 0 }], type: { kind: 'text' } },
];

/** What keeps a module from being loaded at all; whether it decides well is tried on the fields that it is to decide. */
function unloadable(sandbox: Sandbox, source: string): string | undefined {
  const words = sandbox.run(source, PROBES).map((ran) => (ran.kind === 'failed' && UNLOADABLE.test(ran.words) ? ran.words : undefined));
  return words.includes(undefined) ? undefined : words[0];
}

const UNLOADABLE = /^threw SyntaxError|^threw ReferenceError: could not load module|^has no "export default/u;
