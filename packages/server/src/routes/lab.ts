import { ConcordError, compileTable, type RecordId } from '@concord/core';
import { Type } from 'typebox';
import { LONG_BODY_BYTES_MAX } from '../access/bodies.ts';
import type { App, Rooms } from '../app.ts';
import { whileThere } from '../beside/there.ts';
import type { Listed } from '../beside/works.ts';
import type { ApplyTold } from '../views/revisions.ts';
import { person } from './person.ts';

const EXAMPLES_MAX = 50;
const LOSSES_MAX = 1_000;
const DAY_MS = 86_400_000;
/** So many records are changed side by side: their commits share a sync to disk. */
const TOGETHER_MAX = 32;

const entity = Type.Optional(Type.String({ maxLength: 100 }));

const replayAsk = Type.Object(
  {
    policies: Type.Optional(Type.Unknown()),
    preset: Type.Optional(Type.String({ maxLength: 100 })),
    since: Type.Optional(Type.String({ maxLength: 40 })),
    entity,
    examples: Type.Optional(Type.Integer({ minimum: 0, maximum: EXAMPLES_MAX })),
    losses: Type.Optional(Type.Integer({ minimum: 0, maximum: LOSSES_MAX })),
  },
  { additionalProperties: false },
);
const forecastAsk = Type.Object({ lagMs: Type.Optional(Type.Integer({ minimum: 0, maximum: DAY_MS })) }, { additionalProperties: false });
const proveAsk = Type.Object({ record: Type.Optional(Type.String({ maxLength: 100 })) }, { additionalProperties: false });
const applyAsk = Type.Object(
  {
    policies: Type.Unknown(),
    ...person,
    entity,
    /** The name of the list that was reviewed; absent: the list is only told. */
    review: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);

/**
 * The laboratory of a running sidecar. It works in a thread of its own, with limits, so that the records do not wait for it; and it does one
 * thing at a time. Only `apply` changes anything, and only what was reviewed.
 */
export function labRoutes(app: App, rooms: Rooms): void {
  const { laboratory, tables } = rooms;

  app.post(
    '/v1/lab/replay',
    { config: { needs: 'reader' }, bodyLimit: LONG_BODY_BYTES_MAX, schema: { body: replayAsk } },
    async (request) => {
      const { policies, preset, entity: only, since, examples, losses } = request.body;
      // A policy may ask for any value: how it decides would tell.
      if (policies !== undefined) app.shown.all(request, 'a replay under policies of your own');
      if ((policies === undefined) === (preset === undefined))
        throw new ConcordError('REQUEST_WRONG', { words: 'send either `policies` or `preset`' });
      assertEntity(tables, only);
      const sinceMs = since === undefined ? undefined : timeOf(since);
      return whileThere(request, (gone) => laboratory.work('replay', { policies, preset, entity: only, sinceMs, examples, losses }, gone));
    },
  );

  app.get('/v1/lab/lint', (request) => whileThere(request, (gone) => laboratory.work('lint', undefined, gone)));

  app.get('/v1/lab/forecast', { schema: { querystring: forecastAsk } }, (request) =>
    whileThere(request, (gone) => laboratory.work('forecast', request.query, gone)),
  );

  app.get('/v1/lab/suggest', (request) => whileThere(request, (gone) => laboratory.work('suggest', undefined, gone)));

  app.get('/v1/lab/prove', { schema: { querystring: proveAsk } }, (request) =>
    whileThere(request, (gone) => laboratory.work('prove', request.query, gone)),
  );

  let isApplying = false;
  app.post(
    '/v1/lab/apply',
    { config: { needs: 'admin', speaks: true }, bodyLimit: LONG_BODY_BYTES_MAX, schema: { body: applyAsk } },
    async (request): Promise<ApplyTold> => {
      const { policies, by, entity: only, review, note } = request.body;
      assertEntity(tables, only);
      if (isApplying) throw new ConcordError('WORK_BUSY', { who: 'The laboratory', most: 1 });
      isApplying = true;
      try {
        const found = await whileThere(request, (gone) => laboratory.work('list', { policies, entity: only }, gone));
        if (review === undefined || found.records.length === 0) return found.told;
        if (found.told.list !== review) throw new ConcordError('LAB_LIST_MOVED', { found: found.told.list ?? '', reviewed: review });
        const counts = await reviseAll(rooms, found, { by, note: note ?? `other policies, list ${review}` });
        return { ...found.told, revisions: [], ...counts };
      } finally {
        isApplying = false;
      }
    },
  );
}

async function reviseAll(
  { engine, kinds }: Rooms,
  { records, entities }: Listed,
  told: { readonly by: string; readonly note: string },
): Promise<{ readonly changed: number; readonly moved: number }> {
  const others = new Map(entities.map((map) => [map.entity.toString(), compileTable(map, kinds)]));
  let [changed, moved] = [0, 0];
  const waiting: (readonly [RecordId, { readonly entity: string; readonly reviewed: string }])[] = [...records];
  while (waiting.length > 0) {
    const answers = await Promise.all(
      waiting.splice(0, TOGETHER_MAX).map(async ([record, { entity: name, reviewed }]) => {
        const other = others.get(name);
        return other && engine.revise({ record, other, reviewed, ...told });
      }),
    );
    changed += answers.filter((answer) => answer === 'revised').length;
    moved += answers.filter((answer) => answer === 'moved').length;
  }
  return { changed, moved };
}

function assertEntity(tables: Rooms['tables'], name: string | undefined): void {
  if (name !== undefined && !tables.has(name)) throw new ConcordError('REQUEST_WRONG', { words: `there is no entity "${name}"` });
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new ConcordError('REQUEST_WRONG', { words: '`since` is an instant such as 2026-11-23T20:58:17Z' });
  return ms;
}
