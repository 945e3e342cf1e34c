import { startEmulator } from '../wire/emulator.ts';
import type { Emulator, EmulatorOptions, Engine, Services } from '../wire/emulator.ts';
import { errorAnswer } from './errors.ts';
import { faultAnswer } from './faulted.ts';
import { limits } from './limits.ts';
import { changeOrgSchema, dumpSeed, loadSeed, rowsOf, tableOf } from './load.ts';
import { newOrg } from './org.ts';
import type { Org } from './org.ts';
import { answerRequest } from './route.ts';
import { parseDataverseSettings, SETTINGS_DEFAULT } from './settings.ts';
import type { DataverseSettings } from './settings.ts';
import { WEBHOOK_RULES } from './webhook.ts';

/** Starts a Dataverse organisation: the Web API v9.2 under `/api/data/v9.2/`, tokens, webhooks, and `/admin`. */
export function startDataverse(options: EmulatorOptions<DataverseSettings> = {}): Promise<Emulator<DataverseSettings>> {
  return startEmulator(options, WEBHOOK_RULES, engine);
}

function engine(services: Services): Engine<DataverseSettings> {
  const org = newOrg(services, SETTINGS_DEFAULT);
  const protection = limits(() => services.clock.now());
  return {
    handle: (operation) => answerRequest(org, operation),
    faulted: faultAnswer,
    unauthorized: (origin) =>
      errorAnswer(401, '', 'Unauthorized', {
        'WWW-Authenticate': `Bearer authorization_uri=${origin}/oauth2/authorize, resource_id=${origin}/`,
      }),
    begin: (client) => protection.begin(client, org.settings),
    end: (client, tookMs) => protection.end(client, tookMs),
    load: (seed) => loadSeed(org, seed),
    dump: () => dumpSeed(org),
    rows: (set) => rowsOf(tableOf(org, set)),
    changeSchema: (change) => changeOrgSchema(org, change),
    settings: (change) => (org.settings = { ...org.settings, ...(change !== undefined && parseDataverseSettings(change)) }),
    parseSettings: parseDataverseSettings,
    expireDeltaTokens: () => expire(org),
  };
}

function expire(org: Org): void {
  org.version += 1;
  for (const table of org.tables.values()) table.floor = org.version;
}
