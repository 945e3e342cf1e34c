import { readOnlyLedger } from '@concord/adapters';
import { changeWords, evolutionOf } from '@concord/core';
import { Type } from 'typebox';
import { configWrong } from '../config-wrong.ts';
import { entityChangeShape, tellEvolution, type EntityChange } from '../views/evolution.ts';
import { addressFrom } from './address.ts';
import { loadConfig } from './config-file.ts';
import { postTo } from './lab/asked.ts';
import { textOf, unlocked } from './lab/opened.ts';

export interface EvolutionGiven {
  readonly config: string;
  readonly url?: string;
  readonly entity?: string;
  readonly json?: boolean;
}

/** There is something to change: a script can tell it from an error. */
const CHANGES = 2;

/** Tells what a configuration changes for the records that exist, since the ledger last ran; writes nothing. Answers 0 when it changes nothing. */
export async function planEvolution({ config, url, entity, json = false }: EvolutionGiven): Promise<number> {
  const all = await (url === undefined ? foundHere(config) : foundThere(config, addressFrom(url)));
  const changes = all.filter((change) => entity === undefined || change.entity === entity);
  if (json) for (const change of changes) console.log(JSON.stringify(change));
  else tell(changes);
  return changes.length === 0 ? 0 : CHANGES;
}

async function foundHere(file: string): Promise<readonly EntityChange[]> {
  const config = loadConfig(file);
  const ledger = unlocked(
    config,
    (address) => `Ask the sidecar that holds it: add --url ${address}.`,
    () => readOnlyLedger(config.ledger),
  );
  try {
    return tellEvolution(await evolutionOf(ledger, config.entities));
  } finally {
    await ledger.close();
  }
}

const fault = Type.Object({ path: Type.String(), text: Type.String() });
const shape = Type.Object({ valid: Type.Boolean(), faults: Type.Array(fault), changes: Type.Optional(Type.Array(entityChangeShape)) });

async function foundThere(file: string, url: string): Promise<readonly EntityChange[]> {
  const { changes, faults } = await postTo(`${url}/v1/configuration/validate`, { configuration: textOf(file) }, shape);
  if (!changes)
    throw configWrong(
      file,
      faults.map(({ path, text }) => `${path}: ${text}`),
    );
  return changes;
}

function tell(changes: readonly EntityChange[]): void {
  const entities = [...new Set(changes.map(({ entity }) => entity))];
  for (const entity of entities) {
    console.log(entity);
    for (const change of changes.filter((one) => one.entity === entity)) console.log(`  ${changeWords(change)}\n    ${change.meaning}`);
  }
  const reached = entities.filter((entity) => changes.some((change) => change.entity === entity && change.reaches !== 'nothing'));
  if (changes.length === 0) console.log('Nothing would change: the ledger ran with this configuration.');
  else if (reached.length === 0) console.log('No record that exists is reached by that. Nothing was changed.');
  else console.log(`The start with this configuration brings the records of ${reached.join(', ')} there. Nothing was changed.`);
}
