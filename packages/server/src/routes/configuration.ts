import { Type } from 'typebox';
import { LONG_BODY_BYTES_MAX } from '../access/bodies.ts';
import type { App, Rooms } from '../app.ts';
import { whileThere } from '../beside/there.ts';
import { tellConfiguration } from '../views/configuration.ts';

/** As long as a body may be at all. */
const TEXT_CHARS_MAX = 1_000_000;
const ask = Type.Object(
  { configuration: Type.String({ maxLength: TEXT_CHARS_MAX, description: 'The text of a configuration: YAML' }) },
  { additionalProperties: false },
);

/** What runs, and whether another configuration could. Nothing of it is applied. */
export function configurationRoutes(app: App, { config, validating }: Rooms): void {
  app.get('/v1/configuration', () => tellConfiguration(config));

  app.post(
    '/v1/configuration/validate',
    { config: { needs: 'operator' }, bodyLimit: LONG_BODY_BYTES_MAX, schema: { body: ask } },
    (request) =>
      whileThere(request, (gone) =>
        validating.work('validate', { text: request.body.configuration, variables: Object.keys(process.env) }, gone),
      ),
  );
}
