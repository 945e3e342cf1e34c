import { quickjsSandbox } from '@concord/adapters';
import { ConcordError, overlayJson, type JsonObject } from '@concord/core';
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { addressFrom } from '../address.ts';
import { modulesOf } from '../config-file.ts';
import { networkWords, remedyAtTerminal } from '../../failure.ts';
import { configWrong } from '../../config-wrong.ts';
import { textOf } from './opened.ts';

/** Where a command finds the history: with a configuration, or in a sidecar that runs. */
export interface Where {
  readonly config?: string;
  readonly url?: string;
}

/** Asks the sidecar where a URL is given, else works with the configuration. Throws ASK_WRONG when there is neither. */
export function either<Answer>({ config, url }: Where, ask: (url: string) => Answer, work: (config: string) => Answer): Answer {
  if (url !== undefined) return ask(addressFrom(url));
  if (config !== undefined) return work(config);
  throw new ConcordError('ASK_WRONG', { words: 'give --config <file>, or --url of a running sidecar' });
}

/** For commands that a sidecar carries out where one runs. */
export const SIDECAR_OR_NONE = 'give --url of the sidecar that runs, or --config when none does';

/** The same where either must be meant, and not both. Throws ASK_WRONG with these words. */
export function exactlyOne<Answer>(
  { config, url }: Where,
  words: string,
  { ask, work }: { readonly ask: (url: string) => Answer; readonly work: (config: string) => Answer },
): Answer {
  if (url !== undefined && config === undefined) return ask(addressFrom(url));
  if (config !== undefined && url === undefined) return work(config);
  throw new ConcordError('ASK_WRONG', { words });
}

export function getFrom<Shape extends TSchema>(url: string, shape: Shape): Promise<Static<Shape>> {
  return answered(url, {}, shape);
}

export function postTo<Shape extends TSchema>(url: string, body: JsonObject, shape: Shape): Promise<Static<Shape>> {
  return answered(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, shape);
}

/** How a sidecar is, which it tells in short to whoever has no key. Throws SIDECAR_REFUSED where that is all that it tells. */
export async function getHealth<Shape extends TSchema>(url: string, shape: Shape): Promise<Static<Shape>> {
  const told = await getFrom(`${addressFrom(url)}/healthz`, Type.Object({ status: Type.String() }));
  if (Value.Check(shape, told)) return told;
  const words = `it is ${told.status}, and more is told only to whoever has a key.`;
  throw new ConcordError('SIDECAR_REFUSED', { words, remedy: Object.keys(told).length === 1 ? keyWords() : SAME });
}

/** The key that a sidecar asks for stands in the environment: on the command line, others on the machine could read it. */
function withKey(): Readonly<Record<string, string>> {
  const key = process.env['CONCORD_KEY'];
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

const problemShape = Type.Object({ title: Type.String(), remedy: Type.String(), code: Type.String() });
const KEYLESS = 'Set CONCORD_KEY to an API key, which `concord keys add` makes: without one a sidecar tells hardly anything.';
const UNKNOWN_KEY = 'It does not know the key in CONCORD_KEY, or the key was revoked: `concord keys add` makes another.';
const SAME = 'Is it a sidecar of the same version that runs there?';

type Sent = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/** What the sidecar refuses is told in its words. Throws SIDECAR_UNREACHABLE, SIDECAR_REFUSED. */
async function answered<Shape extends TSchema>(to: string, sent: Sent, shape: Shape): Promise<Static<Shape>> {
  const url = addressFrom(to);
  const answer = await fetch(url, { ...sent, headers: { ...sent.headers, ...withKey() } }).catch((cause: unknown) => {
    throw new ConcordError('SIDECAR_UNREACHABLE', { url: new URL(url).origin, words: networkWords(cause) }, cause);
  });
  const told: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && Value.Check(shape, told)) return told;
  if (!Value.Check(problemShape, told))
    throw new ConcordError('SIDECAR_REFUSED', { words: `${answer.status}, and nothing that is known here.`, remedy: SAME });
  const remedy = answer.status === UNAUTHORIZED ? keyWords() : remedyAtTerminal(told.code, told.remedy);
  throw new ConcordError('SIDECAR_REFUSED', { words: told.title, remedy });
}

/** A sidecar speaks of headers, which are not what is to be set here. */
function keyWords(): string {
  return process.env['CONCORD_KEY'] === undefined ? KEYLESS : UNKNOWN_KEY;
}

const UNAUTHORIZED = 401;

/** Other policies as a sidecar takes them. Throws CONFIG_WRONG with the faults that can be seen without it. */
export async function policiesIn(file: string): Promise<JsonObject[string]> {
  const sandbox = quickjsSandbox();
  try {
    const read = overlayJson(textOf(file), { file, env: process.env, modules: modulesOf(file, sandbox) });
    if (read.kind === 'faults') throw configWrong(file, read.faults);
    return read.json;
  } finally {
    await sandbox.close();
  }
}
