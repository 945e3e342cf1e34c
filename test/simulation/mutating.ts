import type { LoadFnOutput, LoadHookContext, ResolveFnOutput, ResolveHookContext } from 'node:module';
import { MUTANTS } from './mutants.ts';

/** Hooks of Node's loader: whoever imports the built core as `…?mutant=7` gets it with the seventh fault, in modules of its own. */
const BUILT = '/core/dist/';

type NextResolve = (specifier: string, context: ResolveHookContext) => Promise<ResolveFnOutput>;
type NextLoad = (url: string, context: LoadHookContext) => Promise<LoadFnOutput>;

export async function resolve(specifier: string, context: ResolveHookContext, next: NextResolve): Promise<ResolveFnOutput> {
  const number = mutantIn(context.parentURL ?? '');
  // A core has many modules, and each fault one of its own: what needs no looking up is not looked up.
  if (number !== undefined && specifier.startsWith('.'))
    return { url: `${new URL(specifier, context.parentURL).href}?mutant=${number}`, format: 'module', shortCircuit: true };
  const resolved = await next(specifier, context);
  const isPlanted = number !== undefined && resolved.url.includes(BUILT) && mutantIn(resolved.url) === undefined;
  return isPlanted ? { ...resolved, url: `${resolved.url}?mutant=${number}` } : resolved;
}

export async function load(url: string, context: LoadHookContext, next: NextLoad): Promise<LoadFnOutput> {
  const loaded = await next(url, context);
  const mutant = MUTANTS[Number(mutantIn(url) ?? -1)];
  if (!mutant || !url.includes(`${BUILT}${mutant.file}?`)) return loaded;
  return { ...loaded, source: planted(String(loaded.source), mutant) };
}

function mutantIn(url: string): string | undefined {
  return /[?]mutant=(\d+)/u.exec(url)?.[1];
}

/** Throws where the text that the fault is to be planted in is no longer there, once. */
export function planted(source: string, { name, from, to, file }: (typeof MUTANTS)[number]): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`"${name}": the text to be replaced stands ${parts.length - 1} times in ${file}`);
  return parts.join(to);
}
