import { accepted, reasonOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { parseBatch } from './batch-parse.ts';
import type { BatchOperation, BatchPart } from './batch-parse.ts';
import type { Chance } from './chance.ts';
import { preference, splitUrl, transact } from './operation.ts';
import type { Operation, Work } from './operation.ts';

/** How one system treats its batches. */
export interface BatchRules {
  readonly operationsMax: number;
  /** Whether the answer to the whole tells of a part that failed. */
  readonly statusOfFailure: boolean;
  readonly chance: Chance;
  handle(operation: Operation, work: Work): Answer;
  /** An error answer in the system's own form. */
  fault(status: number, words: string): Answer;
  /** Called for each part that was done or refused. */
  tell(operation: Operation, answer: Answer): void;
}

interface Done {
  readonly contentId?: string;
  readonly answer: Answer;
}

/** Runs a `$batch`: parts in order, changesets whole or not at all, `$1` for what an earlier part made. */
export function runBatch(outer: Operation, rules: BatchRules): Answer {
  const parts = parseBatch(outer.headers['content-type'], outer.body);
  const count = parts.reduce((sum, part) => sum + (part.kind === 'changeset' ? part.operations.length : 1), 0);
  if (count > rules.operationsMax)
    return rules.fault(400, `The batch has ${count} operations; at most ${rules.operationsMax} are allowed.`);
  const goOn = preference(outer, 'odata.continue-on-error') !== undefined;
  const made = new Map<string, string>();
  const pieces: string[] = [];
  const boundary = `batchresponse_${rules.chance.guid()}`;
  let failed: Answer | undefined;
  for (const part of parts) {
    const ran = runPart(part, outer, rules, made);
    pieces.push(`--${boundary}\r\n${ran.text}\r\n`);
    if (!accepted(ran.answer)) failed ??= ran.answer;
    if (failed !== undefined && !goOn) break;
  }
  const status = rules.statusOfFailure && !goOn && failed !== undefined ? failed.status : 200;
  return { status, headers: { 'Content-Type': `multipart/mixed; boundary=${boundary}` }, body: `${pieces.join('')}--${boundary}--\r\n` };
}

function runPart(
  part: BatchPart,
  outer: Operation,
  rules: BatchRules,
  made: Map<string, string>,
): { readonly text: string; readonly answer: Answer } {
  if (part.kind === 'malformed') {
    const answer = rules.fault(400, part.words);
    return { text: partText({ answer }), answer };
  }
  if (part.kind === 'single') {
    const done = transactOne(part.operation, outer, rules, made);
    return { text: partText(done), answer: done.answer };
  }
  return runChangeset(part.operations, outer, rules, made);
}

function transactOne(given: BatchOperation, outer: Operation, rules: BatchRules, made: Map<string, string>): Done {
  const answer = transact((work) => runOne(given, outer, rules, made, work));
  return { answer, ...(given.contentId !== undefined && { contentId: given.contentId }) };
}

function runChangeset(operations: readonly BatchOperation[], outer: Operation, rules: BatchRules, made: Map<string, string>) {
  const inside = new Map(made);
  const done: Done[] = [];
  const answer = transact((work) => {
    for (const given of operations) {
      const one =
        given.method === 'GET'
          ? rules.fault(400, 'A GET request is not allowed in a changeset.')
          : runOne(given, outer, rules, inside, work);
      if (!accepted(one)) return one;
      done.push({ answer: one, ...(given.contentId !== undefined && { contentId: given.contentId }) });
    }
    return { status: 200, headers: {} };
  });
  // A changeset that failed was rolled back, and answers with one error in place of all its parts.
  if (!accepted(answer)) return { text: partText({ answer }), answer };
  for (const [id, path] of inside) made.set(id, path);
  const boundary = `changesetresponse_${rules.chance.guid()}`;
  const inner = done.map((one) => `--${boundary}\r\n${partText(one)}\r\n`).join('');
  return { text: `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${inner}--${boundary}--`, answer };
}

function runOne(given: BatchOperation, outer: Operation, rules: BatchRules, made: Map<string, string>, work: Work): Answer {
  const operation = operationOf(given, outer, made);
  if (typeof operation === 'string') return rules.fault(400, operation);
  const answer = rules.handle(operation, work);
  // A refusal is told at once; a success only counts when it is committed.
  if (accepted(answer)) work.after.push(() => rules.tell(operation, answer));
  else rules.tell(operation, answer);
  const location = answer.headers['OData-EntityId'] ?? answer.headers['Location'];
  if (given.contentId !== undefined && location !== undefined) made.set(given.contentId, location);
  return answer;
}

/** The request with its references filled in, or words about the one that leads nowhere. */
function operationOf(given: BatchOperation, outer: Operation, made: ReadonlyMap<string, string>): Operation | string {
  const missing: string[] = [];
  const refer = (id: string): string => made.get(id) ?? (missing.push(id), '');
  const url = given.url.replace(/^(?:.*\/)?\$(\d+)(?=$|[/?])/, (_whole, id: string) => refer(id));
  const body = given.body.replaceAll(
    /(@odata\.(?:bind|id)"\s*:\s*")\/?\$(\d+)"/g,
    (_whole, head: string, id: string) => `${head}${refer(id)}"`,
  );
  const split = splitUrl(relativeTo(outer.path, url));
  if (missing.length > 0) return `Content-ID Reference: '$${missing[0]}' does not exist in the batch context.`;
  if (split === undefined) return `The URL '${given.url}' cannot be read.`;
  return { ...split, method: given.method, headers: given.headers, body, principal: outer.principal, origin: outer.origin };
}

/** A URL without a leading slash counts from the service root, where `$batch` itself is. */
function relativeTo(batchPath: string, url: string): string {
  if (/^https?:\/\//i.test(url) || url.startsWith('/')) return url;
  return `${batchPath.slice(0, batchPath.lastIndexOf('/') + 1)}${url}`;
}

function partText({ contentId, answer }: Done): string {
  const head = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
  ];
  const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  return [...head, '', `HTTP/1.1 ${answer.status} ${reasonOf(answer.status)}`, ...headers, '', answer.body ?? ''].join('\r\n');
}
