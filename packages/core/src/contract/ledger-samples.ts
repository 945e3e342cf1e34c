import { conflictId, deliveryId, entityName, keyOf, opId, recordId, systemId, type RecordId } from '../ids.ts';
import type { Stamp } from '../clock/stamp.ts';
import type { Commit } from '../ports/ledger.ts';
import type { ChangeRow, ConflictRow, DeliveryRow, EditTold, FailureRow, OperatorAct, Plan } from '../ports/plan.ts';
import { actorOf } from '../register/actors.ts';
import { encode } from '../record/encode.ts';
import type { RecordState } from '../record/record.ts';

/** Plans as the core makes them, small but with every part filled, for the laws of ledgers. */
export const FNO = systemId('fno');
export const CE = systemId('ce');
export const CUSTOMER = entityName('customer');
export const ORDER = entityName('salesOrder');

const ACTOR = actorOf(FNO);
const STAMP: Stamp = { ms: 1_700_000_000_000, count: 3, system: FNO };

export function sampleId(number: number): RecordId {
  return recordId(`record-${String(number).padStart(4, '0')}`);
}

/** A record that was changed `revision` times. */
export function sampleRecord(id: RecordId, revision: number, more: Partial<RecordState> = {}): RecordState {
  const op = opId(revision, ACTOR);
  const edit = { op, number: revision, author: FNO, value: `name ${revision}`, before: null, saw: revision - 1, stamp: STAMP };
  return {
    id,
    entity: CUSTOMER,
    revision,
    seq: revision,
    heads: [sampleHash(revision)],
    maxOp: revision,
    actors: { [ACTOR]: { seq: revision, hash: sampleHash(revision) } },
    links: { fno: { state: 'present', key: keyOf(`C-${id}`), heads: [], ownSeq: revision } },
    registers: {
      name: {
        value: `name ${revision}`,
        count: revision,
        ops: [op],
        log: [edit],
        shadows: { fno: { value: null, ops: [op], saw: revision } },
      },
    },
    ...more,
  };
}

/** A plan that only stores its record; `more` adds the rest. */
export function samplePlan(record: RecordState, more: Partial<Plan> = {}): Plan {
  return { record, changes: [], conflicts: [], deliveries: new Map(), linked: [], unlinked: [], failures: [], ...more };
}

/** A plan with something in each of its parts. */
export function fullPlan(id: RecordId, revision = 1): Plan {
  const record = sampleRecord(id, revision, { identity: `c:${id}` });
  return samplePlan(record, {
    changes: [sampleChange(id, revision)],
    conflicts: [sampleConflict(id, revision)],
    deliveries: new Map([[CE, sampleDelivery(id)]]),
    linked: [{ system: FNO, key: keyOf(`C-${id}`) }],
    failures: [sampleFailure(`went wrong with ${id}`)],
  });
}

export function sampleChange(id: RecordId, seq: number, more: Partial<ChangeRow> = {}): ChangeRow {
  const edits = [sampleEdit('name', 'Contoso', STAMP), { ...sampleEdit('phone', null, STAMP), by: 'Anna', on: '555' }];
  return {
    record: id,
    seq,
    ...sampleEncoded(seq),
    actor: ACTOR,
    system: FNO,
    stamp: STAMP,
    by: 'Anna',
    note: 'as she said on the phone',
    patch: [
      { op: 'replace', path: '/name', value: 'Contoso' },
      { op: 'remove', path: '/phone' },
    ],
    edits,
    resolutions: [sampleConflict(id, seq).resolution],
    ...more,
  };
}

export function sampleConflict(id: RecordId, seq: number, more: Partial<ConflictRow> = {}): ConflictRow {
  const rival = sampleEdit('name', 'Contoso Ltd', { ms: STAMP.ms - 5, count: 0, system: CE });
  return {
    id: conflictId(id, 'name', seq),
    record: id,
    entity: CUSTOMER,
    register: 'name',
    fields: ['name'],
    code: 'C01',
    state: 'settled',
    resolution: {
      register: 'name',
      code: 'C01',
      kind: 'settled',
      value: 'Contoso',
      rule: 'latest',
      reason: 'fno edited last',
      base: null,
      contributors: [sampleEdit('name', 'Contoso', STAMP)],
      losers: [{ ...rival, system: CE, by: 'Ben', on: 'Kontoso' }],
    },
    openedSeq: seq,
    openedAtMs: STAMP.ms + seq,
    ...more,
  };
}

export function sampleDelivery(id: RecordId, more: Partial<DeliveryRow> = {}): DeliveryRow {
  const system = more.system ?? CE;
  return {
    id: deliveryId(id, system, 1),
    record: id,
    entity: CUSTOMER,
    system,
    state: 'due',
    kind: 'update',
    dueAtMs: 1_000,
    attempts: 2,
    words: 'The row is locked.',
    ...more,
  };
}

export function sampleFailure(words: string): FailureRow {
  return { atMs: STAMP.ms, system: FNO, entity: CUSTOMER, record: sampleId(1), key: keyOf('C-1'), code: 'FEED_UNREACHABLE', words };
}

export function sampleAct(id: RecordId, note: string): OperatorAct {
  return { atMs: STAMP.ms, operator: 'anna', act: 'resolve', record: id, conflict: conflictId(id, 'name', 1), note };
}

/** A commit of these plans; `more` adds the rest. */
export function sampleCommit(plans: readonly Plan[], more: Partial<Commit> = {}): Commit {
  return { plans, cursors: [], failures: [], acts: [], ...more };
}

function sampleEdit(register: string, value: EditTold['value'], stamp: Stamp): EditTold {
  return { register, system: FNO, value, saw: 0, number: 1, stamp };
}

function sampleHash(number: number): ChangeRow['hash'] {
  return sampleEncoded(number).hash;
}

/** A change as documents have it: a ledger may read its length and its hash out of it. */
function sampleEncoded(seq: number): Pick<ChangeRow, 'chunk' | 'hash'> {
  return encode({
    actor: ACTOR,
    seq,
    startOp: seq,
    time: 0,
    message: '',
    deps: [],
    ops: [{ key: 'name', value: `name ${seq}`, pred: [] }],
  });
}
