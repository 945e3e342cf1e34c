import type { MapChange } from '@concord/core';
import { Type, type Static } from 'typebox';

/** A change of an entity's configuration, as the API tells it. */
export const mapChangeMembers = {
  what: Type.Union(
    [Type.Literal('entity'), Type.Literal('system'), Type.Literal('field'), Type.Literal('register'), Type.Literal('rule')],
    { description: 'What has changed; a register is a field or a group, a rule a setting of the entity' },
  ),
  kind: Type.Union(
    [Type.Literal('added'), Type.Literal('removed'), Type.Literal('renamed'), Type.Literal('changed'), Type.Literal('unknown')],
    { description: 'unknown: the ledger is from before it kept what it ran with' },
  ),
  name: Type.String(),
  from: Type.Optional(Type.String({ description: 'What it was called' })),
  system: Type.Optional(Type.String({ description: 'Of a field: where it is told otherwise' })),
  part: Type.Optional(Type.String({ description: 'The setting that is another' })),
  meaning: Type.String({ description: 'For the records that exist' }),
  reaches: Type.Union([Type.Literal('rows'), Type.Literal('records'), Type.Literal('nothing')], {
    description: 'rows: every row is compared; records: every record is looked at anew',
  }),
};

export const entityChangeShape = Type.Object({ entity: Type.String(), ...mapChangeMembers }, { additionalProperties: false });

export type EntityChange = Static<typeof entityChangeShape>;

/** What changes of which entity, in one list. */
export function tellEvolution(changes: ReadonlyMap<string, readonly MapChange[]>): readonly EntityChange[] {
  return [...changes].flatMap(([entity, found]) => found.map((change) => ({ entity, ...change })));
}
