import { ConcordError, entityName, overlayJson, parseOverlay, replay, systemId, type JsonObject, type Other } from '@concord/core';
import { Value } from 'typebox/value';
import { presetNamed } from '../../routes/lab.ts';
import { replayShape, tellReplay, type ReplayTold } from '../../views/lab.ts';
import { countFrom, inLaboratory, refuse, tablesOf, textOf, timeFrom, type Laboratory } from './opened.ts';
import { replayLines } from './told.ts';

export interface ReplayGiven {
  readonly config?: string;
  readonly url?: string;
  readonly policies?: string;
  readonly preset?: string;
  readonly since?: string;
  readonly entity?: string;
  readonly examples?: string;
  readonly losses?: string;
  readonly json?: boolean;
}

const ASK_IT = 'Ask the running sidecar: give --url http://127.0.0.1:8085 (where it answers) instead of --config; or stop it first.';

/** Plays the history under other policies, and tells what would be different. It writes nothing. */
export async function labReplay(given: ReplayGiven): Promise<number> {
  if ((given.policies === undefined) === (given.preset === undefined))
    throw new ConcordError('LAB_ASK_WRONG', { words: 'give either --policies <file> or --preset <name>' });
  if (given.url !== undefined) return print(await asked(given.url, given), given);
  const { config } = given;
  if (config === undefined) throw new ConcordError('LAB_ASK_WRONG', { words: 'give --config <file>, or --url of a running sidecar' });
  return inLaboratory(config, ASK_IT, async (laboratory) => print(await played(laboratory, given), given));
}

async function played({ config, tables, ledger }: Laboratory, given: ReplayGiven): Promise<ReplayTold> {
  const { entity, since, examples, losses } = given;
  if (entity !== undefined && !tables.has(entity)) throw new ConcordError('LAB_ASK_WRONG', { words: `there is no entity "${entity}"` });
  const other: Other =
    given.preset === undefined
      ? { kind: 'policies', tables: tablesOf(entitiesIn(given.policies ?? '', config)) }
      : presetNamed(given.preset, Object.keys(config.systems).map(systemId));
  const report = await replay(ledger, tables, other, {
    ...(entity === undefined ? {} : { entity: entityName(entity) }),
    ...(since === undefined ? {} : { sinceMs: timeFrom(since) }),
    ...(examples === undefined ? {} : { examples: countFrom(examples) }),
    ...(losses === undefined ? {} : { losses: countFrom(losses) }),
  });
  return tellReplay(tables, given.preset ?? given.policies ?? '', report);
}

/** Throws CONFIG_WRONG with every fault of the file, each with its line. */
export function entitiesIn(file: string, config: Laboratory['config']): Laboratory['config']['entities'] {
  const read = parseOverlay(textOf(file), config.entities, { file, env: process.env });
  return read.kind === 'ok' ? read.entities : refuse(file, read.faults);
}

async function asked(url: string, given: ReplayGiven): Promise<ReplayTold> {
  const { preset, policies, entity, since, examples, losses } = given;
  const body: JsonObject = {
    ...(preset === undefined ? {} : { preset }),
    ...(policies === undefined ? {} : { policies: jsonIn(policies) }),
    ...(entity === undefined ? {} : { entity }),
    ...(since === undefined ? {} : { since: new Date(timeFrom(since)).toISOString() }),
    ...(examples === undefined ? {} : { examples: countFrom(examples) }),
    ...(losses === undefined ? {} : { losses: countFrom(losses) }),
  };
  const told = await post(`${url.replace(/\/+$/u, '')}/v1/lab/replay`, body);
  return policies === undefined ? told : { ...told, under: policies };
}

function jsonIn(file: string): JsonObject[string] {
  const read = overlayJson(textOf(file), { file, env: process.env });
  return read.kind === 'ok' ? read.json : refuse(file, read.faults);
}

async function post(url: string, body: JsonObject): Promise<ReplayTold> {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(url, sent).catch((cause: unknown) => {
    throw new ConcordError('LAB_ASK_WRONG', { words: `nobody answers at ${url}` }, cause);
  });
  const told: unknown = await answer.json();
  if (answer.ok && Value.Check(replayShape, told)) return told;
  const title = typeof told === 'object' && told !== null && 'title' in told ? String(told.title) : `it answered ${answer.status}`;
  throw new ConcordError('LAB_ASK_WRONG', { words: title });
}

function print(told: ReplayTold, { json = false }: ReplayGiven): number {
  console.log(json ? JSON.stringify(told, undefined, 2) : replayLines(told).join('\n'));
  return 0;
}
