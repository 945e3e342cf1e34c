import type { Answer } from '../wire/answer.ts';
import { jsonAnswer, withVersion } from '../wire/answer.ts';
import { runBatch } from '../wire/batch.ts';
import { parseResource } from '../wire/key-predicate.ts';
import { transact } from '../wire/operation.ts';
import type { Operation, Work } from '../wire/operation.ts';
import { tellWrite } from '../wire/stats.ts';
import { locate } from './address.ts';
import { finopsMetadata } from './edmx.ts';
import { notFound, odataError, unknownProperty } from './errors.ts';
import { faultAnswer } from './faulted.ts';
import { answerCount, answerList, renderRow, selected } from './list.ts';
import { answerMetadata } from './metadata.ts';
import { etagOf } from './org.ts';
import type { Org, Stored, Table } from './org.ts';
import { answerCreate, answerDelete, answerUpdate } from './write.ts';

const BATCH_OPERATIONS_MAX = 5_000;
const ROOT = /^\/data\/?/;

/** Answers a request of its own. */
export function answerRequest(org: Org, operation: Operation): Answer {
  if (operation.method === 'POST' && operation.path === '/data/$batch') return withVersion(answerBatch(org, operation));
  const answer = transact((work) => withVersion(route(org, operation, work)));
  tellWrite(org.services.tally, operation, ROOT, answer);
  return answer;
}

function answerBatch(org: Org, outer: Operation): Answer {
  return runBatch(outer, {
    operationsMax: BATCH_OPERATIONS_MAX,
    // The whole is answered with 200 whatever became of its parts.
    statusOfFailure: false,
    chance: org.services.chance,
    handle: (operation, work) => withVersion(befallen(org, operation) ?? route(org, operation, work)),
    fault: (status, words) => withVersion(odataError(words, status)),
    tell: (operation, answer) => tellWrite(org.services.tally, operation, ROOT, answer),
  });
}

/** Faults that answer also befall the parts of a batch, each with its own `Retry-After`. */
function befallen(org: Org, operation: Operation): Answer | undefined {
  const subject = { method: operation.method, path: operation.path, principal: operation.principal.client };
  const action = org.services.faults.takeAnswered(subject);
  return action && faultAnswer(org, action);
}

function route(org: Org, operation: Operation, work: Work): Answer {
  const metadata = answerMetadata(org, operation);
  if (metadata !== undefined) return metadata;
  if (!/^\/data(?:\/|$)/.test(operation.path)) return notFound(`There is nothing at '${operation.path}'.`);
  const resource = operation.path.replace(ROOT, '');
  if (operation.method === 'GET' && resource === '') return answerServiceDocument(org, operation);
  if (operation.method === 'GET' && resource === '$metadata')
    return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: finopsMetadata(org) };
  const path = parseResource(resource);
  const table = org.tables.get(path?.set ?? '');
  if (path === undefined || table === undefined) return notFound(`Resource not found for the segment '${path?.set ?? resource}'.`);
  if (path.key === undefined) return answerSet(org, table, path.rest, operation, work);
  const found = locate(org, table, path.key, operation);
  return found.kind === 'fault' ? found.answer : answerRow(org, table, found.value, operation, work);
}

function answerServiceDocument(org: Org, operation: Operation): Answer {
  const value = [...org.tables.keys()].map((set) => ({ name: set, kind: 'EntitySet', url: set }));
  return jsonAnswer(200, { '@odata.context': `${operation.origin}/data/$metadata`, value });
}

function answerSet(org: Org, table: Table, rest: string | undefined, operation: Operation, work: Work): Answer {
  if (operation.method === 'GET') return rest === '$count' ? answerCount(org, table, operation) : answerList(org, table, operation);
  return operation.method === 'POST'
    ? answerCreate(org, table, operation, work)
    : odataError(`${operation.method} is not allowed on a collection.`, 405);
}

function answerRow(org: Org, table: Table, stored: Stored | undefined, operation: Operation, work: Work): Answer {
  switch (operation.method) {
    case 'GET':
      return answerRetrieve(table, stored, operation);
    case 'PATCH':
    case 'PUT':
      return answerUpdate(org, table, stored, operation, work);
    case 'DELETE':
      return answerDelete(org, table, stored, operation, work);
    default:
      return odataError(`${operation.method} is not allowed on a row.`, 405);
  }
}

function answerRetrieve(table: Table, stored: Stored | undefined, operation: Operation): Answer {
  if (stored === undefined) return notFound('No HTTP resource was found that matches the request URI.');
  const columns = selected(table, operation.query.get('$select'));
  if (typeof columns === 'string') return unknownProperty(table.schema, columns);
  const body = { '@odata.context': `${operation.origin}/data/$metadata#${table.schema.set}/$entity`, ...renderRow(stored, columns) };
  return jsonAnswer(200, body, { ETag: etagOf(stored) });
}
