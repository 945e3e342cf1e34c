import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTable, parseConfig, policies, valueIn, type Ledger, type RecordState, type Tables, type Tracing } from '@concord/core';
import { byText, openHouse, type House } from './house.ts';
import { until } from './until.ts';

/** Unlike anything else that a ledger holds. */
export const SECRETS = ['Zephyrine Quxley', '+49-555-0173-8821', 'wombat lane 4711', 'first.secret@example.test'] as const;
const [NAME, PHONE, STREET, MAIL] = SECRETS;

const PEOPLE = `
  guest:
    a: { set: people, id: [id] }
    b: { set: people, id: [id] }
    key: [code]
    fields:
      code: { a: code, b: code }
      name: { a: name, b: name, policy: latest }
      phone: { a: phone, b: phone, policy: { prefer: [a, b] } }
      street: { a: street, b: street, policy: manual }
      label: { a: label, b: label, derived: 'name + " / " + street' }
      mail: { a: mail, b: mail }
      size: { a: size, b: size, type: integer }
`;

export const PEOPLE_CONFIG = `systems:\n  a: { adapter: memory }\n  b: { adapter: memory }\nentities:\n${PEOPLE}`;

export function peopleTables(): Tables {
  const parsed = parseConfig(PEOPLE_CONFIG, { file: 'people.yaml', env: {} });
  if (parsed.kind === 'faults') throw new Error(JSON.stringify(parsed.faults));
  return new Map(parsed.config.entities.map((map) => [map.entity, compileTable(map, policies)]));
}

/** A house of which the ledger is a file. */
export function peopleIn(ledger: Ledger, tracing?: Tracing): House {
  return openHouse(PEOPLE, ledger, undefined, {}, tracing ? { tracing } : {});
}

/** Rows of both systems say the same, and nothing is left to do. */
export function untilSame(house: House): Promise<void> {
  return until(() => {
    const [a, b] = ['a', 'b'].map((id) => JSON.stringify(house.rows(id, 'guest').map((row) => Object.entries(row).toSorted(byName))));
    return a === b && house.engine().isQuiet() ? undefined : `a has ${a}, b has ${b}`;
  }, 8_000);
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number => byText(one, other);

export async function personIn(house: House, code: string): Promise<RecordState> {
  const found = (await house.records('guest')).find((record) => valueIn(record, 'code') === code);
  if (!found) throw new Error(`there is no ${code}`);
  return found;
}

/** Two people live through edits, conflicts, a ruling and a refusal of sorts; the first one's values are then emptied in the systems. */
export async function livedThrough(house: House): Promise<RecordState> {
  house.put('a', 'guest', 'k1', { code: 'P1', name: NAME, phone: PHONE, street: 'old street 1', mail: MAIL, size: 4 });
  house.put('a', 'guest', 'k2', { code: 'P2', name: 'Somebody Else', phone: '1', street: 's', mail: 'm', size: 5 });
  await house.start();
  await untilSame(house);
  const inB = (await personIn(house, 'P1')).links['b']?.key ?? '';
  house.put('a', 'guest', 'k1', { name: `${NAME} the 2nd`, street: STREET });
  house.put('b', 'guest', inB, { name: `${NAME} the 3rd`, street: `${STREET} b` });
  await until(async () => ((await house.held()).length === 1 ? undefined : 'no conflict is held'), 8_000);
  const [held] = await house.held();
  if (!held) throw new Error('no conflict is held');
  await house.engine().resolve({ conflict: held.id, choice: { value: `${STREET} ruled` }, by: 'Mia', note: `he lives in ${STREET}` });
  await untilSame(house);
  house.put('a', 'guest', 'k1', { name: null, phone: null, street: null, mail: null });
  await untilSame(house);
  return personIn(house, 'P1');
}

/** Where any of the secrets is found in the files of a folder, whatever letters it is in. */
export function findings(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name)).toString('latin1').toLowerCase();
    return SECRETS.flatMap((secret) => (bytes.includes(secret.toLowerCase()) ? [`${name}: ${secret}`] : []));
  });
}
