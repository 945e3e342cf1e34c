import type { JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import { guidOf } from '../wire/guid.ts';
import { ORGANISATION } from '../wire/remote-context.ts';
import type { Operation } from '../wire/operation.ts';
import { CODES, errorAnswer, missingRow } from './errors.ts';
import { API } from './link.ts';
import type { Org, Table } from './org.ts';

/** What a privilege of a table is for. */
const TYPES = ['Create', 'Read', 'Write', 'Delete'] as const;
type Type = (typeof TYPES)[number];

const nameOf = (type: Type, table: Table): string => `prv${type}${table.schema.name}`;
const idOf = (name: string): string => guidOf(`privilege/${name}`);

/** As a definition tells them. */
export function privilegesOf(table: Table): readonly JsonObject[] {
  return TYPES.map((type) => ({
    CanBeBasic: true,
    CanBeDeep: true,
    CanBeGlobal: true,
    CanBeLocal: true,
    CanBeEntityReference: false,
    CanBeParentEntityReference: false,
    Name: nameOf(type, table),
    PrivilegeId: idOf(nameOf(type, table)),
    PrivilegeType: type,
  }));
}

const PATH = /^systemusers\(([0-9a-f-]{36})\)\/Microsoft\.Dynamics\.CRM\.RetrieveUserPrivileges(?:\(\))?$/i;

/** Answers `RetrieveUserPrivileges` of whoever asks. `undefined`: something else is asked. */
export function answerPrivileges(org: Org, resource: string, operation: Operation): Answer | undefined {
  const [, user] = PATH.exec(resource) ?? [];
  if (user === undefined) return undefined;
  if (user.toLowerCase() !== operation.principal.user) return missingRow('systemuser', user);
  const held = [...org.tables.values()].flatMap((table) =>
    TYPES.flatMap((type) => {
      const name = nameOf(type, table);
      const Depth = depthOf(org, operation, name);
      return Depth === 'None' ? [] : [{ Depth, PrivilegeId: idOf(name), BusinessUnitId: ORGANISATION.businessUnit }];
    }),
  );
  return jsonAnswer(200, {
    '@odata.context': `${operation.origin}${API}$metadata#Microsoft.Dynamics.CRM.RetrieveUserPrivilegesResponse`,
    RolePrivileges: held,
  });
}

/** The refusal of what a principal has no privilege for. Whose a row is, is not looked at: any depth will do. */
export function lacking(org: Org, table: Table, operation: Operation): Answer | undefined {
  const name = nameOf(typeOf(operation), table);
  if (depthOf(org, operation, name) !== 'None') return undefined;
  const { user } = operation.principal;
  return errorAnswer(
    403,
    CODES.privilege,
    `Principal user (Id=${user}, type=8) is missing ${name} privilege (Id=${idOf(name)}) for entity '${table.schema.name}'.`,
  );
}

function typeOf({ method, headers }: Operation): Type {
  if (method === 'POST' || (method === 'PATCH' && headers['if-none-match'] === '*')) return 'Create';
  return method === 'PATCH' || method === 'PUT' ? 'Write' : method === 'DELETE' ? 'Delete' : 'Read';
}

function depthOf(org: Org, { principal }: Operation, name: string): string {
  return org.settings.privileges[principal.client]?.[name] ?? 'Global';
}
