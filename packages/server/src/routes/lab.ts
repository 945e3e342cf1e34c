import {
  compileTable,
  ConcordError,
  entityName,
  policies,
  PRESET_NAMES,
  presetOf,
  readOverlay,
  replay,
  type Other,
  type SystemId,
  type Table,
} from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { clock } from '../surroundings.ts';
import { tellReplay } from '../views/lab.ts';

const EXAMPLES_MAX = 50;
const LOSSES_MAX = 1_000;

const ask = Type.Object(
  {
    policies: Type.Optional(Type.Unknown()),
    preset: Type.Optional(Type.String({ maxLength: 100 })),
    since: Type.Optional(Type.String({ maxLength: 40 })),
    entity: Type.Optional(Type.String({ maxLength: 100 })),
    examples: Type.Optional(Type.Integer({ minimum: 0, maximum: EXAMPLES_MAX })),
    losses: Type.Optional(Type.Integer({ minimum: 0, maximum: LOSSES_MAX })),
  },
  { additionalProperties: false },
);

/** Plays the history under other policies. It writes nothing, and lets the records go first: after every page, what waits has its turn. */
export function labRoutes(app: App, { ledger, tables, systems }: Rooms): void {
  let isBusy = false;

  app.post('/v1/lab/replay', { schema: { body: ask } }, async ({ body }) => {
    const { policies: other, preset, entity, since, examples, losses } = body;
    if ((other === undefined) === (preset === undefined))
      throw new ConcordError('REQUEST_WRONG', { words: 'send either `policies` or `preset`' });
    if (entity !== undefined && !tables.has(entity)) throw new ConcordError('REQUEST_WRONG', { words: `there is no entity "${entity}"` });
    const rival = preset === undefined ? overlaid(other, tables) : presetNamed(preset, systems);
    const sinceMs = since === undefined ? undefined : timeOf(since);
    if (isBusy) throw new ConcordError('LAB_BUSY');
    isBusy = true;
    try {
      const report = await replay(ledger, tables, rival, {
        pause: clock.turn,
        ...(entity === undefined ? {} : { entity: entityName(entity) }),
        ...(sinceMs === undefined ? {} : { sinceMs }),
        ...(examples === undefined ? {} : { examples }),
        ...(losses === undefined ? {} : { losses }),
      });
      return tellReplay(tables, preset ?? 'other policies', report);
    } finally {
      isBusy = false;
    }
  });
}

function overlaid(raw: unknown, tables: ReadonlyMap<string, Table>): Other {
  const { entities, complaints } = readOverlay(
    raw,
    [...tables.values()].map(({ map }) => map),
  );
  if (complaints.length > 0) {
    const faults = complaints.map(({ path, text, suggestion = '' }) => `\n${path.join('.')}  ${text} ${suggestion}`.trimEnd());
    throw new ConcordError('CONFIG_WRONG', { file: 'policies', count: complaints.length, faults: faults.join('') });
  }
  return { kind: 'policies', tables: new Map(entities.map((map) => [map.entity, compileTable(map, policies)])) };
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
