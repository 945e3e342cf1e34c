import { ConcordError, entityName, replay, systemId, type JsonObject, type LabLedger, type Other } from '@concord/core';
import { presetNamed } from '../../beside/works.ts';
import { replayShape, tellReplay, type ReplayTold } from '../../views/lab.ts';
import { either, policiesIn, postTo, type Where } from './asked.ts';
import { countFrom, overlaid, timeFrom, withLedger, type Laboratory } from './opened.ts';
import { replayLines } from './told.ts';

export interface ReplayGiven extends Where {
  readonly policies?: string;
  readonly preset?: string;
  readonly since?: string;
  readonly entity?: string;
  readonly examples?: string;
  readonly losses?: string;
  readonly json?: boolean;
}

/** Plays the history under other policies, and tells what would be different. It writes nothing. */
export async function labReplay(given: ReplayGiven): Promise<number> {
  if ((given.policies === undefined) === (given.preset === undefined))
    throw new ConcordError('ASK_WRONG', { words: 'give either --policies <file> or --preset <name>' });
  return either(
    given,
    async (url) => print(await asked(url, given), given),
    (config) => withLedger(config, async (laboratory) => print(await played(laboratory, given), given)),
  );
}

async function played(laboratory: Laboratory & { readonly ledger: LabLedger }, given: ReplayGiven): Promise<ReplayTold> {
  const { config, tables, ledger } = laboratory;
  const { entity, since, examples, losses } = given;
  if (entity !== undefined && !tables.has(entity)) throw new ConcordError('ASK_WRONG', { words: `there is no entity "${entity}"` });
  const other: Other =
    given.preset === undefined
      ? { kind: 'policies', tables: overlaid(given.policies ?? '', laboratory) }
      : presetNamed(given.preset, Object.keys(config.systems).map(systemId));
  const report = await replay(ledger, tables, other, {
    ...(entity === undefined ? {} : { entity: entityName(entity) }),
    ...(since === undefined ? {} : { sinceMs: timeFrom(since) }),
    ...(examples === undefined ? {} : { examples: countFrom(examples) }),
    ...(losses === undefined ? {} : { losses: countFrom(losses) }),
  });
  return tellReplay(tables, given.preset ?? given.policies ?? '', report);
}

async function asked(url: string, given: ReplayGiven): Promise<ReplayTold> {
  const { preset, policies, entity, since, examples, losses } = given;
  const body: JsonObject = {
    ...(preset === undefined ? {} : { preset }),
    ...(policies === undefined ? {} : { policies: await policiesIn(policies) }),
    ...(entity === undefined ? {} : { entity }),
    ...(since === undefined ? {} : { since: new Date(timeFrom(since)).toISOString() }),
    ...(examples === undefined ? {} : { examples: countFrom(examples) }),
    ...(losses === undefined ? {} : { losses: countFrom(losses) }),
  };
  const told = await postTo(`${url}/v1/lab/replay`, body, replayShape);
  return policies === undefined ? told : { ...told, under: policies };
}

function print(told: ReplayTold, { json = false }: ReplayGiven): number {
  console.log(json ? JSON.stringify(told, undefined, 2) : replayLines(told).join('\n'));
  return 0;
}
