import type { z } from 'zod';
import type { Policy, PolicyTraits } from './policy.ts';

/** Names that a policy's options mention, so that the configuration can be checked against what exists. */
export interface Mentions {
  readonly systems?: readonly string[];
  /** Canonical values of the field. */
  readonly values?: readonly string[];
  /** Other fields of the entity, which its conditions look at. */
  readonly fields?: readonly string[];
}

/** One entry of the registry. */
export interface PolicyKind {
  readonly name: string;
  /** One sentence for documentation and error messages. */
  readonly summary: string;
  readonly traits: PolicyTraits;
  /** The schema of what stands behind the name in the configuration; accepts `undefined` when the bare name is enough. */
  readonly options: z.ZodType;
  mentions(options: unknown): Mentions;
  /** Throws a ZodError when the options were not checked before. */
  make(options: unknown): Policy;
}

interface Definition<Options> {
  readonly name: string;
  readonly summary: string;
  readonly traits?: Partial<PolicyTraits>;
  readonly options: z.ZodType<Options>;
  readonly mentions?: (options: Options) => Mentions;
  readonly make: (options: Options) => Policy;
}

/** What most policies are. */
export const PLAIN: PolicyTraits = { gate: false, additive: false, synthetic: false, first: false, slots: false };

/** Makes a registry entry of a policy whose options have a type of their own. */
export function definePolicy<Options>(definition: Definition<Options>): PolicyKind {
  const { name, summary, options } = definition;
  return {
    name,
    summary,
    options,
    traits: { ...PLAIN, ...definition.traits },
    mentions: (raw) => definition.mentions?.(options.parse(raw)) ?? {},
    make: (raw) => definition.make(options.parse(raw)),
  };
}
