import type { Answer } from '../wire/answer.ts';
import { emptyAnswer, jsonAnswer, withVersion } from '../wire/answer.ts';
import { runBatch } from '../wire/batch.ts';
import { parseResource } from '../wire/key-predicate.ts';
import type { ResourcePath } from '../wire/key-predicate.ts';
import { transact } from '../wire/operation.ts';
import type { Operation, Work } from '../wire/operation.ts';
import { tellWrite } from '../wire/stats.ts';
import { locate, missingPlace } from './address.ts';
import type { Place } from './address.ts';
import { answerDefinitions, isDefinitions } from './definitions.ts';
import { answerDeltaCount, trackingRefusal } from './delta.ts';
import { dataverseMetadata } from './edmx.ts';
import { annotated, CODES, errorAnswer } from './errors.ts';
import { faultAnswer } from './faulted.ts';
import { API } from './link.ts';
import { answerCount, answerList } from './list.ts';
import type { Org, Table } from './org.ts';
import { annotationsWanted, contextOf } from './paging.ts';
import { answerPrivileges, lacking } from './privileges.ts';
import { answerProperty, methodRefused } from './property.ts';
import { etagOf, renderRow, viewOf } from './render.ts';
import { ORGANISATION } from '../wire/remote-context.ts';
import { answerCreate, answerDelete, answerPatch } from './write.ts';

const BATCH_OPERATIONS_MAX = 1_000;
const ROOT = /^\/api\/data\/v9\.[0-2]\/?/;
const EXPOSED =
  'Preference-Applied, OData-EntityId, Location, ETag, OData-Version, Content-Encoding, Transfer-Encoding, Content-Length, Retry-After';

/** Answers a request of its own. */
export function answerRequest(org: Org, operation: Operation): Answer {
  if (operation.method === 'POST' && operation.path.replace(ROOT, '') === '$batch') return withVersion(answerBatch(org, operation));
  const answer = transact((work) => answerOperation(org, operation, work));
  tellWrite(org.services.tally, operation, ROOT, answer);
  return answer;
}

function answerBatch(org: Org, outer: Operation): Answer {
  return runBatch(outer, {
    operationsMax: BATCH_OPERATIONS_MAX,
    statusOfFailure: true,
    chance: org.services.chance,
    handle: (operation, work) => {
      const answer = befallen(org, operation) ?? answerOperation(org, operation, work);
      return { ...answer, headers: { ...answer.headers, 'Access-Control-Expose-Headers': EXPOSED, REQ_ID: org.services.chance.guid() } };
    },
    fault: (status, words) => withVersion(errorAnswer(status, CODES.query, words)),
    tell: (operation, answer) => tellWrite(org.services.tally, operation, ROOT, answer),
  });
}

/** Faults that answer also befall the parts of a batch. */
function befallen(org: Org, operation: Operation): Answer | undefined {
  const subject = { method: operation.method, path: operation.path, principal: operation.principal.client };
  const action = org.services.faults.takeAnswered(subject);
  return action && withVersion(faultAnswer(action));
}

function answerOperation(org: Org, operation: Operation, work: Work): Answer {
  return withVersion(annotated(operation, route(org, operation, work)));
}

function route(org: Org, operation: Operation, work: Work): Answer {
  if (!ROOT.test(operation.path)) return errorAnswer(404, CODES.missing, `There is nothing at '${operation.path}'.`);
  const resource = operation.path.replace(ROOT, '');
  const service = operation.method === 'GET' ? answerService(org, resource, operation) : undefined;
  if (service !== undefined) return service;
  const path = parseResource(resource);
  const table = path === undefined ? undefined : org.tables.get(path.set);
  if (path === undefined || table === undefined)
    return errorAnswer(404, CODES.query, `Resource not found for the segment '${path?.set ?? resource}'.`);
  const refusal = lacking(org, table, operation);
  if (refusal !== undefined) return refusal;
  if (path.key === undefined) return answerSet(org, table, path, operation, work);
  const place = locate(table, path.key);
  return place.kind === 'fault' ? place.answer : answerRow(org, place.value, path.rest, operation, work);
}

function answerService(org: Org, resource: string, operation: Operation): Answer | undefined {
  if (resource === '') return answerServiceDocument(org, operation);
  if (resource === '$metadata') return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: dataverseMetadata(org) };
  if (isDefinitions(resource)) return answerDefinitions(org, resource, operation);
  const privileges = answerPrivileges(org, resource, operation);
  if (privileges !== undefined) return privileges;
  if (!/^WhoAmI(?:\(\))?$/.test(resource)) return undefined;
  return jsonAnswer(200, {
    '@odata.context': `${operation.origin}${API}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
    BusinessUnitId: ORGANISATION.businessUnit,
    UserId: operation.principal.user,
    OrganizationId: ORGANISATION.id,
  });
}

function answerServiceDocument(org: Org, operation: Operation): Answer {
  const value = [...org.tables.keys()].map((set) => ({ name: set, kind: 'EntitySet', url: set }));
  return jsonAnswer(200, { '@odata.context': `${operation.origin}${API}$metadata`, value });
}

function answerSet(org: Org, table: Table, path: ResourcePath, operation: Operation, work: Work): Answer {
  if (operation.method === 'POST' && path.rest === undefined) return answerCreate(org, table, operation, work);
  if (operation.method !== 'GET') return methodRefused(operation.method);
  if (path.rest === undefined) return answerList(org, table, operation);
  if (path.rest !== '$count') return errorAnswer(404, CODES.query, `Resource not found for the segment '${path.rest}'.`);
  if (!operation.query.has('$deltatoken')) return answerCount(org, table, operation);
  return trackingRefusal(table, operation) ?? answerDeltaCount(org, table, operation);
}

function answerRow(org: Org, place: Place, rest: string | undefined, operation: Operation, work: Work): Answer {
  if (rest !== undefined) return answerProperty(org, place, rest, operation, work);
  if (operation.method === 'GET') return answerRetrieve(org, place, operation);
  if (operation.method === 'PATCH') return answerPatch(org, place, operation, work);
  return operation.method === 'DELETE' ? answerDelete(org, place, operation, work) : methodRefused(operation.method);
}

function answerRetrieve(org: Org, place: Place, operation: Operation): Answer {
  const { table, stored } = place;
  if (stored === undefined) return missingPlace(place);
  const { query, headers } = operation;
  const view = viewOf(org, table, query.get('$select'), query.get('$expand'), annotationsWanted(operation));
  if (view.kind === 'fault') return view.answer;
  // With expanded rows or annotations the version does not speak for the whole answer.
  const conditional = view.value.expansions.length === 0 && !view.value.annotated;
  if (conditional && headers['if-none-match'] === etagOf(stored)) return emptyAnswer(304, { ETag: etagOf(stored) });
  const body = { '@odata.context': `${contextOf(operation, table, view.value)}/$entity`, ...renderRow(org, stored, view.value) };
  return jsonAnswer(200, body, { ETag: etagOf(stored) });
}
