import {
  ConcordError,
  compileTable,
  digestOf,
  entityName,
  forecast,
  gatherFacts,
  lint,
  openListDigest,
  PRESET_NAMES,
  presetOf,
  proofs,
  readOverlay,
  recordId,
  replay,
  revised,
  suggest,
  suggestionYaml,
  type Other,
  type RecordId,
  type SystemId,
  type Tables,
} from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { configWrong } from '../config-wrong.ts';
import { clock } from '../surroundings.ts';
import { tellForecast, tellLint } from '../views/habits.ts';
import { tellReplay } from '../views/lab.ts';
import { tellProofs } from '../views/proof.ts';
import { person } from './person.ts';
import { tellRevisions, type ApplyTold, type RevisionTold } from '../views/revisions.ts';

const EXAMPLES_MAX = 50;
const LOSSES_MAX = 1_000;
const DAY_MS = 86_400_000;
/** So many lines of a list are told; the name of the list is about all of them. */
const REVISIONS_MAX = 1_000;
/** So many records can be changed at once: which they are is kept in memory. */
const REVISED_MAX = 100_000;
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
 * The laboratory of a running sidecar. It lets the records go first: after every page, what waits has its turn; and it does one thing at a
 * time. Only `apply` changes anything, and only what was reviewed.
 */
export function labRoutes(app: App, rooms: Rooms): void {
  const { ledger, tables, kinds, systems } = rooms;
  const paging = { pause: clock.turn };
  let isBusy = false;

  async function alone<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (isBusy) throw new ConcordError('LAB_BUSY');
    isBusy = true;
    try {
      return await work();
    } finally {
      isBusy = false;
    }
  }

  app.post('/v1/lab/replay', { config: { needs: 'reader' }, schema: { body: replayAsk } }, async (request) => {
    const { body } = request;
    // A policy may ask for any value: how it decides would tell.
    if (body.policies !== undefined) app.shown.all(request, 'a replay under policies of your own');
    const { policies: other, preset, entity: only, since, examples, losses } = body;
    if ((other === undefined) === (preset === undefined))
      throw new ConcordError('REQUEST_WRONG', { words: 'send either `policies` or `preset`' });
    assertEntity(tables, only);
    const rival: Other = preset === undefined ? { kind: 'policies', tables: overlaid(other, rooms) } : presetNamed(preset, systems);
    const sinceMs = since === undefined ? undefined : timeOf(since);
    const report = await alone(() =>
      replay(ledger, tables, rival, {
        ...paging,
        ...entityAsk(only),
        ...(sinceMs === undefined ? {} : { sinceMs }),
        ...(examples === undefined ? {} : { examples }),
        ...(losses === undefined ? {} : { losses }),
      }),
    );
    return tellReplay(tables, preset ?? 'other policies', report);
  });

  app.get('/v1/lab/lint', () => alone(async () => tellLint(lint({ tables, kinds, facts: await gatherFacts(ledger, tables, paging) }))));

  app.get('/v1/lab/forecast', { schema: { querystring: forecastAsk } }, ({ query }) =>
    alone(async () => tellForecast(forecast(await gatherFacts(ledger, tables, paging), query))),
  );

  app.get('/v1/lab/suggest', () =>
    alone(async () => {
      const found = suggest(await gatherFacts(ledger, tables, paging), tables);
      return { suggestions: found.length, overlay: found.length === 0 ? '' : suggestionYaml(found) };
    }),
  );

  app.get('/v1/lab/prove', { schema: { querystring: proveAsk } }, async ({ query }) => {
    const record = query.record === undefined ? undefined : await ledger.record(recordId(query.record));
    if (query.record !== undefined && !record) throw new ConcordError('RECORD_UNKNOWN', { record: query.record });
    return alone(() => tellProofs(proofs(ledger, tables, { ...paging, ...(record ? { record } : {}) })));
  });

  app.post(
    '/v1/lab/apply',
    { config: { needs: 'admin', speaks: true }, schema: { body: applyAsk } },
    async ({ body }): Promise<ApplyTold> => {
      const { policies: other, by, entity: only, review } = body;
      assertEntity(tables, only);
      const others = overlaid(other, rooms);
      return alone(async () => {
        const found = await listed(rooms, others, only);
        if (review === undefined || found.records.size === 0) return found.told;
        if (found.told.list !== review) throw new ConcordError('LAB_LIST_MOVED', { found: found.told.list ?? '', reviewed: review });
        const note = body.note ?? `other policies, list ${review}`;
        const counts = await reviseAll(rooms, others, found.records, { by, note });
        return { ...found.told, revisions: [], ...counts };
      });
    },
  );
}

interface Listed {
  readonly told: ApplyTold;
  /** By record, the name of what would change in it, and its entity. */
  readonly records: ReadonlyMap<RecordId, { readonly entity: string; readonly reviewed: string }>;
}

async function listed({ ledger, tables }: Rooms, others: Tables, only: string | undefined): Promise<Listed> {
  const digest = openListDigest();
  const records = new Map<RecordId, { readonly entity: string; readonly reviewed: string }>();
  const lines: RevisionTold[] = [];
  let registers = 0;
  for await (const found of revised(ledger, tables, others, { pause: clock.turn, ...entityAsk(only) })) {
    const { record, revisions } = found;
    if (records.size >= REVISED_MAX) throw new ConcordError('LAB_LIST_LONG', { max: REVISED_MAX });
    digest.add(record.id, revisions);
    records.set(record.id, { entity: record.entity, reviewed: digestOf(record.id, revisions) });
    registers += revisions.length;
    if (lines.length < REVISIONS_MAX) lines.push(...tellRevisions(found));
  }
  const list = records.size === 0 ? {} : { list: digest.text() };
  return { told: { ...list, records: records.size, registers, revisions: lines.slice(0, REVISIONS_MAX) }, records };
}

async function reviseAll(
  { engine }: Rooms,
  others: Tables,
  records: Listed['records'],
  told: { readonly by: string; readonly note: string },
): Promise<{ readonly changed: number; readonly moved: number }> {
  let [changed, moved] = [0, 0];
  const waiting = [...records];
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

function assertEntity(tables: Tables, name: string | undefined): void {
  if (name !== undefined && !tables.has(name)) throw new ConcordError('REQUEST_WRONG', { words: `there is no entity "${name}"` });
}

function entityAsk(name: string | undefined) {
  return name === undefined ? {} : { entity: entityName(name) };
}

/** The tables under other policies. Throws CONFIG_WRONG with every fault and its path. */
function overlaid(raw: unknown, { tables, kinds }: Pick<Rooms, 'tables' | 'kinds'>): Tables {
  const { entities, complaints } = readOverlay(raw, { entities: [...tables.values()].map(({ map }) => map), kinds });
  if (complaints.length > 0) {
    const faults = complaints.map(({ path, text, suggestion = '' }) => `${path.join('.')}  ${text} ${suggestion}`.trimEnd());
    throw configWrong('policies', faults);
  }
  return new Map(entities.map((map) => [map.entity, compileTable(map, kinds)]));
}

/** Throws LAB_PRESET_UNKNOWN. */
export function presetNamed(name: string, systems: readonly SystemId[]): Other {
  const preset = presetOf(name, systems);
  if (!preset)
    throw new ConcordError('LAB_PRESET_UNKNOWN', { preset: name, presets: PRESET_NAMES.join(', '), systems: systems.join(', ') });
  return { kind: 'preset', preset };
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new ConcordError('REQUEST_WRONG', { words: '`since` is an instant such as 2026-11-23T20:58:17Z' });
  return ms;
}
