import type { Write } from '@concord/core';
import { entityName, keyOf, version } from '@concord/core';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../packages/adapters/src/shared/odata/reply.ts';
import { verdictOf as dataverse } from '../../../packages/adapters/src/systems/dataverse/refusal.ts';
import { verdictOf as finops } from '../../../packages/adapters/src/systems/finops/refusal.ts';

const update: Write = { kind: 'update', entity: entityName('customer'), key: keyOf('k'), expected: version('v'), columns: {}, tag: 't' };
const create: Write = { kind: 'create', entity: entityName('customer'), columns: {}, tag: 't' };
const linking: Write = { ...update, columns: { 'parent@odata.bind': '/accounts(1)' } };

const answer = (status: number, code: string, words: string): Answer => ({ kind: 'answer', status, headers: {}, body: null, code, words });

describe('what Dataverse says, by its code first and its status second', () => {
  test.each<readonly [number, string, string, Write, object]>([
    [204, '', '', update, { kind: 'done' }],
    [412, '0x80060882', 'The version of the existing record doesn’t match', update, { kind: 'stale' }],
    [412, '-2147088254', 'the same code in old clothes', update, { kind: 'stale' }],
    [412, '', 'no code at all', update, { kind: 'stale' }],
    [412, '', 'no code at all', create, { kind: 'exists' }],
    [412, '0x80040237', 'A record with matching key values already exists.', create, { kind: 'exists' }],
    [412, '0x80060892', 'Entity Key violated', create, { kind: 'exists' }],
    [412, '0x80060892', 'Entity Key violated', update, { kind: 'refused', why: 'duplicate-key' }],
    [412, '0x80040333', 'duplicate detection', update, { kind: 'refused', why: 'duplicate-key' }],
    [404, '0x80040217', 'account With Id = 1 Does Not Exist', update, { kind: 'missing' }],
    [404, '0x80040217', 'account With Id = 1 Does Not Exist', linking, { kind: 'missing-something' }],
    [404, '0x80040217', 'account With Id = 1 Does Not Exist', create, { kind: 'refused', why: 'reference-missing' }],
    [404, '0x80060888', "Resource not found for the segment 'acounts'.", update, { kind: 'refused', why: 'schema-drift' }],
    [400, '0x80060888', "The key in the request URI is not valid for resource 'x'", create, { kind: 'no-such-key' }],
    [400, '0x80048d19', "An undeclared property 'abc_old' was found", update, { kind: 'refused', why: 'schema-drift' }],
    [400, '0x80040203', 'A validation error occurred.', update, { kind: 'refused', why: 'validation-rejected' }],
    [403, '0x80040220', 'missing prvWriteAccount', update, { kind: 'refused', why: 'denied' }],
    [413, '0x8004418a', 'too large', update, { kind: 'refused', why: 'payload-too-large' }],
    [500, '0x80040216', 'An unexpected error occurred.', update, { kind: 'unknown' }],
  ])('%i %s %s', (status, code, words, write, verdict) => {
    expect(dataverse(answer(status, code, words), write)).toMatchObject(verdict);
  });
});

describe('what the finance service says, by its words', () => {
  const conflict =
    'Cannot edit a record in Customers (CustTable). An update conflict occurred due to another user process deleting the record or changing one or more fields in the record.';
  const duplicate = 'Cannot create a record in Customers (CustTable). Customer account: C-1. The record already exists.';
  test.each<readonly [number, string, Write, object]>([
    [204, '', update, { kind: 'done' }],
    [412, 'changed', update, { kind: 'stale' }],
    [409, 'changed', update, { kind: 'stale' }],
    [400, conflict, update, { kind: 'stale' }],
    [500, conflict, update, { kind: 'stale' }],
    [400, duplicate, create, { kind: 'exists' }],
    [500, duplicate, create, { kind: 'exists' }],
    [400, duplicate, update, { kind: 'refused', why: 'duplicate-key' }],
    [400, 'No resources were found when selecting for update.', update, { kind: 'missing' }],
    [404, 'HTTP 404', update, { kind: 'missing' }],
    [404, 'HTTP 404', create, { kind: 'refused', why: 'schema-drift' }],
    [
      400,
      "Write failed. The value 'X' in field 'Item' is not found in the related table 'Items'.",
      update,
      { kind: 'refused', why: 'reference-missing' },
    ],
    [400, "The property 'Old' does not exist on type 'Customer'.", update, { kind: 'refused', why: 'schema-drift' }],
    [
      500,
      "Write failed for table row. Infolog: Warning: Field 'Terms of payment' must be filled in.",
      update,
      { kind: 'refused', why: 'validation-rejected' },
    ],
    [500, 'An error has occurred.', update, { kind: 'unknown' }],
    [400, 'Invalid value', create, { kind: 'refused', why: 'validation-rejected' }],
    [403, 'Access denied', update, { kind: 'refused', why: 'denied' }],
  ])('%i %s', (status, words, write, verdict) => {
    expect(finops(answer(status, '', words), write)).toMatchObject(verdict);
  });
});
