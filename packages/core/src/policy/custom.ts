import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { isCanonical } from '../map/canonical.ts';
import type { Ran, Sandbox } from '../ports/sandbox.ts';
import type { Edit } from '../record/record.ts';
import { isTuple, type Json, type JsonObject, type Scalar, type Value } from '../values.ts';
import { above } from '../register/above.ts';
import type { Question } from '../register/answer.ts';
import type { Around } from './setting.ts';
import { definePolicy, type PolicyKind } from './kind.ts';
import type { Resolution, View } from './policy.ts';
import { seenOf } from './register-policy.ts';
import { findBreach, type Trial } from './trial.ts';

/** So much of a source's hash is told with every resolution: enough to tell two versions of one rule apart. */
const HASH_CHARS = 8;
const REASON_CHARS_MAX = 300;
/** A module is shown single values, and no groups. */
const SINGLE = ['text', 'integer', 'decimal', 'date', 'datetime', 'yesno', 'choice', 'choices', 'json', 'reference'] as const;

/** A policy that somebody wrote for their own configuration: an ES module, run in a sandbox. */
export interface CustomPolicy extends PolicyKind {
  /** What resolutions call it: `custom:myRule@1a2b3c4d`. */
  readonly rule: string;
  findBreach(options: unknown, around: Around): { readonly text: string; readonly suggestion: string } | undefined;
}

export function customPolicy(name: string, source: string, sandbox: Sandbox): CustomPolicy {
  const rule = `custom:${name}@${bytesToHex(sha256(utf8ToBytes(source))).slice(0, HASH_CHARS)}`;
  const kind = definePolicy<Json | undefined>({
    name,
    summary: 'A policy of your own.',
    suits: SINGLE,
    options: z.json().optional(),
    make: (options) => (view) => resolutionOf(rule, view, sandbox.run(source, [inputOf(view, options)])[0]),
  });
  const tryAll = (views: readonly View[], options: unknown): readonly Resolution[] => {
    const given = z.json().optional().parse(options);
    const ran = sandbox.run(
      source,
      views.map((view) => inputOf(view, given)),
    );
    return views.map((view, index) => resolutionOf(rule, view, ran[index]));
  };
  return {
    ...kind,
    rule,
    // A policy of the user's own is held to the laws of policies, on the very field that it is to decide.
    findBreach: (given, { type, systems, symbols }) => {
      if (typeof type === 'string') return undefined;
      const trial: Trial = { type, systems, options: given, ...(symbols === undefined ? {} : { symbols }) };
      const breach = findBreach((views) => tryAll(views, given), trial);
      if (breach === undefined) return undefined;
      return {
        text: `The policy "${name}" breaks a law of policies: ${breach}.`,
        suggestion: 'Correct its module; docs/custom-policies.md tells the laws.',
      };
    },
  };
}

/**
 * What the function is told. The edits are in their one order, each once: so neither the order of hearing nor a repetition can make a
 * difference, whatever is written in the module.
 */
function inputOf(view: View, options: Json | undefined): Json {
  return {
    frontier: view.frontier.map(editOf),
    type: { ...view.type },
    ...(view.base === undefined ? {} : { base: view.base }),
    ...openIn(view.question),
    ...(view.fields === undefined ? {} : { fields: view.fields }),
    ...(options === undefined ? {} : { options }),
  };
}

/** What everybody who edits it has agreed on, and every edit since. */
function openIn(question: Question): JsonObject {
  const { stable, edits } = above(question);
  return { open: edits.map((edit) => editOf(seenOf(edit))), ...(stable === undefined ? {} : { agreed: stable.value }) };
}

function editOf({ system, value, stamp, on, by }: Edit): JsonObject {
  return { system, value, atMs: stamp.ms, ...(on === undefined ? {} : { from: on }), ...(by === undefined ? {} : { by }) };
}

/** A throw, a limit, or an answer that documents cannot hold is held: nothing that the module does stops the record. */
function resolutionOf(rule: string, view: View, ran: Ran | undefined): Resolution {
  if (ran?.kind !== 'answer') return broken(rule, ran ? tellFailure(ran) : 'gave no answer');
  const read = answer.safeParse(ran.json);
  if (!read.success) return broken(rule, 'did not answer with { value, reason } or { hold: reason }');
  if ('hold' in read.data) return { kind: 'held', rule, reason: reasonOf(read.data.hold) };
  const { value, reason } = read.data;
  if (!fits(view, value))
    return broken(rule, `answered with ${JSON.stringify(value).slice(0, REASON_CHARS_MAX)}, which is no ${view.type.kind}`);
  return { kind: 'settled', value, rule, reason: reasonOf(reason) };
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const answer = z.union([z.strictObject({ hold: z.string() }), z.strictObject({ value: scalar, reason: z.string() })]);

function fits({ type }: View, value: Value): value is Scalar {
  return !isTuple(value) && isCanonical(type, value);
}

function reasonOf(words: string): string {
  const text = words.trim().slice(0, REASON_CHARS_MAX);
  return text === '' ? 'the module gave no reason' : text;
}

function broken(rule: string, reason: string): Resolution {
  return { kind: 'held', rule, reason, code: 'C17' };
}

const EXHAUSTED = {
  fuel: 'took too many steps',
  memory: 'used too much memory',
  stack: 'called itself too deep',
  time: 'did not come back',
} as const;

function tellFailure(ran: Exclude<Ran, { readonly kind: 'answer' }>): string {
  return ran.kind === 'failed' ? ran.words : EXHAUSTED[ran.of];
}
