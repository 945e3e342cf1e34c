import { startEmulator } from '../wire/emulator.ts';
import type { Emulator, EmulatorOptions, Engine, Services } from '../wire/emulator.ts';
import { errorAnswer } from './errors.ts';
import { EVENT_RULES } from './events.ts';
import { faultAnswer } from './faulted.ts';
import { changeOrgSchema, dumpSeed, loadSeed, rowsOf, tableOf } from './load.ts';
import { newOrg } from './org.ts';
import { answerRequest } from './route.ts';
import { parseFinopsSettings, SETTINGS_DEFAULT } from './settings.ts';
import type { FinopsSettings } from './settings.ts';

/** Starts an F&O environment: OData under `/data`, `/Metadata`, tokens, data events and business events, and `/admin`. */
export function startFinops(options: EmulatorOptions<FinopsSettings> = {}): Promise<Emulator<FinopsSettings>> {
  return startEmulator(options, EVENT_RULES, engine);
}

function engine(services: Services): Engine<FinopsSettings> {
  const org = newOrg(services, SETTINGS_DEFAULT);
  return {
    handle: (operation) => answerRequest(org, operation),
    faulted: (action) => faultAnswer(org, action),
    unauthorized: (origin) =>
      errorAnswer(401, 'Unauthorized', 'System.UnauthorizedAccessException', {
        'WWW-Authenticate': `Bearer authorization_uri=${origin}/oauth2/authorize`,
      }),
    // User-based limits are gone since 10.0.36; resource-based ones are asked for as faults.
    begin: () => undefined,
    end: () => undefined,
    load: (seed) => loadSeed(org, seed),
    dump: () => dumpSeed(org),
    rows: (set) => rowsOf(tableOf(org, set)),
    changeSchema: (change) => changeOrgSchema(org, change),
    settings: (change) => (org.settings = { ...org.settings, ...(change !== undefined && parseFinopsSettings(change)) }),
    parseSettings: parseFinopsSettings,
    // There are no delta tokens on `/data`.
    expireDeltaTokens: () => undefined,
  };
}
