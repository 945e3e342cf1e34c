import { ConcordError, entityName } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellPass } from '../views/retention.ts';
import { checkEntity } from './find.ts';
import { instant } from './instant.ts';
import { person } from './person.ts';

const ask = Type.Object(
  {
    ...person,
    before: Type.String({ maxLength: 40, description: 'An instant: what was changed earlier may go' }),
    entity: Type.Optional(Type.String({ maxLength: 100 })),
    archive: Type.Optional(Type.Boolean({ description: 'false: what goes is kept nowhere; left out, it is kept first' })),
  },
  { additionalProperties: false },
);

/** Old changes leave the ledger while it is in use. Where they are kept is configured: nobody who asks may choose a folder. */
export function compactionRoutes(app: App, { config, engine, tables }: Rooms): void {
  const told = () => {
    const pass = engine.retention();
    return pass ? { pass: tellPass(pass) } : {};
  };

  app.post(
    '/v1/compactions',
    { config: { needs: 'admin', speaks: true }, schema: { body: ask } },
    async ({ body: { before, entity, archive = true, ...by } }, reply) => {
      const beforeMs = instant('before', before);
      if (beforeMs > Date.now()) throw new ConcordError('REQUEST_WRONG', { words: `\`before\` is yet to come` });
      if (entity !== undefined) checkEntity({ tables }, entity);
      if (archive && config.ledger.retention?.archive === undefined) throw new ConcordError('ARCHIVE_NOWHERE');
      const asked = { ...by, beforeMs, archives: archive, ...(entity === undefined ? {} : { entity: entityName(entity) }) };
      if ((await engine.compact(asked)) === 'busy') throw new ConcordError('COMPACTION_BUSY');
      void reply.status(202);
      return told();
    },
  );

  app.get('/v1/compactions', told);
}
