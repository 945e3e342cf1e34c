import type { Json, Right, RightFacts, TableFacts } from '@concord/core';
import { objectsOf, textOf } from '../../shared/json/look.ts';
import type { ODataClient } from '../../shared/odata/client.ts';

/** `PrivilegeType` of what a map needs. Source: Dataverse Web API, "SecurityPrivilegeMetadata ComplexType". */
const TYPES: Readonly<Record<Right, string>> = { read: 'Read', create: 'Create', update: 'Write', delete: 'Delete' };
/** Source: Dataverse Web API, "PrivilegeDepth EnumType": Basic, Local and Deep end at a user, a business unit, and those below it. */
const EVERYWHERE = 'Global';

/** What our user may do, by the id of the privilege: its depth. */
export type Held = ReadonlyMap<string, string>;

/**
 * The privileges of the user that we are signed in as, through roles of its own and of its teams. `undefined`: it may not be asked.
 * Source: Dataverse Web API, "WhoAmI Function" and "RetrieveUserPrivileges Function", which answers `RolePrivileges` with `PrivilegeId` and `Depth`.
 */
export async function privilegesHeld(client: ODataClient): Promise<Held | undefined> {
  const who = await client.get('WhoAmI()');
  const user = who.kind === 'answer' && who.status < 300 ? textOf(who.body, 'UserId') : undefined;
  if (user === undefined) return undefined;
  const reply = await client.get(`systemusers(${user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`);
  if (reply.kind !== 'answer' || reply.status >= 300) return undefined;
  return new Map(
    objectsOf(reply.body, 'RolePrivileges').map((one) => [(textOf(one, 'PrivilegeId') ?? '').toLowerCase(), textOf(one, 'Depth') ?? '']),
  );
}

/**
 * What of the privileges of a table is held. They are told apart by their id: names do not follow one pattern (all activities share
 * `prvCreateActivity`). Of a table that tells no privileges of its own nothing can be said.
 */
export function rightsIn(definition: Json | undefined, held: Held | undefined): TableFacts['rights'] {
  const told = objectsOf(definition, 'Privileges');
  if (!held || told.length === 0) return undefined;
  const rights: Partial<Record<Right, RightFacts>> = {};
  for (const right of ['read', 'create', 'update', 'delete'] as const) {
    const privilege = told.find((one) => textOf(one, 'PrivilegeType') === TYPES[right]);
    if (!privilege) continue;
    const depth = held.get((textOf(privilege, 'PrivilegeId') ?? '').toLowerCase());
    const reach = depth === undefined ? 'none' : depth === EVERYWHERE ? 'all' : 'some';
    rights[right] = { name: textOf(privilege, 'Name') ?? '', reach, told: depth ?? 'None' };
  }
  return rights;
}
