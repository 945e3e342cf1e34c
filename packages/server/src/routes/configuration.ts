import { evolutionOf } from '@concord/core';
import { Type } from 'typebox';
import { LONG_BODY_BYTES_MAX } from '../access/bodies.ts';
import type { App, Rooms } from '../app.ts';
import { whileThere } from '../beside/there.ts';
import { tellConfiguration } from '../views/configuration.ts';
import { tellEvolution } from '../views/evolution.ts';

/** As long as a body may be at all. */
const TEXT_CHARS_MAX = 1_000_000;
const asked = Type.Object(
  { configuration: Type.String({ maxLength: TEXT_CHARS_MAX, description: 'The text of a configuration: YAML' }) },
  { additionalProperties: false },
);

/** What runs, and whether another configuration could. Nothing of it is applied. */
export function configurationRoutes(app: App, { config, ledger, validating }: Rooms): void {
  app.get('/v1/configuration', () => tellConfiguration(config));

  app.post(
    '/v1/configuration/validate',
    { config: { needs: 'operator' }, bodyLimit: LONG_BODY_BYTES_MAX, schema: { body: asked } },
    async (request) => {
      const ask = { text: request.body.configuration, variables: Object.keys(process.env) };
      const { entities, ...told } = await whileThere(request, (gone) => validating.work('validate', ask, gone));
      return entities ? { ...told, changes: tellEvolution(await evolutionOf(ledger, entities)) } : told;
    },
  );
}
