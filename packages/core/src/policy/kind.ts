import type { z } from 'zod';
import type { FieldType } from '../map/type.ts';
import type { Policy, PolicyTraits } from './policy.ts';
import type { Around, Setting } from './setting.ts';

/** Names that a policy's options mention, so that the configuration can be checked against what exists. */
export interface Mentions {
  readonly systems?: readonly string[];
  /** Canonical values of the field. */
  readonly values?: readonly string[];
  /** Other fields of the entity, which its conditions look at. */
  readonly fields?: readonly string[];
}

/** The kinds of fields that a policy can decide. */
export type Suited = FieldType['kind'] | 'group';

/** One entry of the registry. */
export interface PolicyKind {
  readonly name: string;
  /** One sentence for documentation and error messages. */
  readonly summary: string;
  /** Its own traits; those of the policies within it come on top when it is made. */
  readonly traits: PolicyTraits;
  /** Absent: all types, and groups unless it makes up values. */
  readonly suits?: readonly Suited[];
  /** It is about the field as a whole, and cannot stand within another policy. */
  readonly outermost?: true;
  /** The schema of what stands behind the name in the configuration; accepts `undefined` when the bare name is enough. */
  readonly options: z.ZodType;
  /** Throws a ZodError when the options were not checked before; so does `make`. */
  mentions(options: unknown): Mentions;
  make(options: unknown, setting: Setting): Policy;
  /** A law that it breaks, where it is not ours, and what to do about it. */
  findBreach?(options: unknown, around: Around): { readonly text: string; readonly suggestion: string } | undefined;
}

interface Definition<Options> extends Pick<PolicyKind, 'name' | 'summary' | 'suits' | 'outermost'> {
  readonly traits?: Partial<PolicyTraits>;
  readonly options: z.ZodType<Options>;
  readonly mentions?: (options: Options) => Mentions;
  readonly make: (options: Options, setting: Setting) => Policy;
}

/** What most policies are. */
export const PLAIN: PolicyTraits = {
  gate: false,
  additive: false,
  combines: false,
  commutes: false,
  synthetic: false,
  first: false,
  parts: false,
  local: false,
};

/** Makes a registry entry of a policy whose options have a type of their own. */
export function definePolicy<Options>(definition: Definition<Options>): PolicyKind {
  const { name, summary, options, suits, outermost } = definition;
  return {
    name,
    summary,
    options,
    ...(suits === undefined ? {} : { suits }),
    ...(outermost === undefined ? {} : { outermost }),
    traits: { ...PLAIN, ...definition.traits },
    mentions: (raw) => definition.mentions?.(options.parse(raw)) ?? {},
    make: (raw, setting) => definition.make(options.parse(raw), setting),
  };
}

/** Whether a policy can decide several fields as one. */
export function suitsGroups({ suits, traits }: PolicyKind): boolean {
  return suits === undefined ? !traits.synthetic : suits.includes('group');
}
