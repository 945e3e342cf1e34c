import { nearest, type Binding, type System, type SystemId } from '@concord/core';
import type { z } from 'zod';

/** What is wrong with a configuration block: the place in it, and words that say what to do. */
export interface OptionFault {
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** Where it is about what an entity says of the system, and not about the system's own block. */
  readonly entity?: string;
}

/** What every system is opened with, whatever its adapter. */
export interface SystemContext {
  readonly id: SystemId;
  readonly bindings: readonly Binding[];
  /** ms since 1970 UTC. */
  readonly now?: () => number;
}

export type Opened =
  | { readonly kind: 'system'; readonly system: System }
  | { readonly kind: 'faults'; readonly faults: readonly OptionFault[] };

/** Turns a system's block of the configuration, without its `adapter`, into a running system, or tells everything that is wrong with it. */
export type SystemFactory = (raw: unknown, context: SystemContext) => Promise<Opened>;

/** Parses the options at the door, then opens the system. */
export function opened<Schema extends z.ZodObject>(schema: Schema, raw: unknown, make: (options: z.output<Schema>) => System): Opened {
  const parsed = schema.safeParse(raw);
  return parsed.success ? { kind: 'system', system: make(parsed.data) } : { kind: 'faults', faults: faultsOf(parsed.error, schema) };
}

// The words never repeat the value: it may be a secret.
export function faultsOf(error: z.ZodError, schema: z.ZodObject): readonly OptionFault[] {
  return error.issues.flatMap((issue): readonly OptionFault[] => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code !== 'unrecognized_keys') return [{ path, text: issue.message }];
    const known = path.length === 0 ? Object.keys(schema.shape) : [];
    return issue.keys.map((key) => ({ path: [...path, key], text: `"${key}" is not known here.${hint(key, known)}` }));
  });
}

function hint(key: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const near = nearest(key, known);
  return near === undefined ? ` Known here: ${known.join(', ')}.` : ` Did you mean "${near}"?`;
}
