import { parseConfig, type Fault } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellConfiguration } from '../views/configuration.ts';

/** As long as a body may be at all. */
const TEXT_CHARS_MAX = 1_000_000;
const ask = Type.Object(
  { configuration: Type.String({ maxLength: TEXT_CHARS_MAX, description: 'The text of a configuration: YAML' }) },
  { additionalProperties: false },
);

/** What stands in a variable's place while a text is checked: nobody who may send one may learn what this process has in its environment. */
const FILLER = '0';

/** What runs, and whether another configuration could. Nothing of it is applied. */
export function configurationRoutes(app: App, { config, sandbox }: Rooms): void {
  app.get('/v1/configuration', () => tellConfiguration(config));

  app.post('/v1/configuration/validate', { config: { needs: 'operator' }, schema: { body: ask } }, ({ body }) => {
    const env = Object.fromEntries(Object.keys(process.env).map((name) => [name, FILLER]));
    // Of policies of the user's own those that run are known; no file is read for whoever asks.
    const sources = Object.values(config.policies);
    const read = (path: string) => sources.find(({ module }) => module === path)?.source;
    const parsed = parseConfig(body.configuration, { file: 'configuration', env, modules: { sandbox, read } });
    return parsed.kind === 'faults'
      ? { valid: false, faults: parsed.faults.map(tellFault), warnings: [] }
      : { valid: true, faults: [], warnings: parsed.warnings.map(tellFault) };
  });
}

function tellFault({ file: _file, ...fault }: Fault): Omit<Fault, 'file'> {
  return fault;
}
