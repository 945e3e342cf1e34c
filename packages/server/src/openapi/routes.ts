import { Type, type TSchema } from 'typebox';
import { blame, change, conflict, delivery, diff, done, failure, health, readiness, record, resynced, row, version } from './shapes.ts';

/** What a route is for, and what it answers when all went well. */
export interface RouteTold {
  readonly summary: string;
  readonly tag: string;
  readonly status?: number;
  /** Absent: JSON that its page describes, or `type`. */
  readonly answer?: TSchema;
  readonly type?: string;
}

/** Lists are told in pages. */
export function pageOf(item: TSchema): TSchema {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Optional(Type.String({ description: 'To be passed on as `after`; absent on the last page' })),
  });
}

/** Every route of the API. One that is missing here fails a test. */
export const ROUTES: Readonly<Record<string, RouteTold>> = {
  'GET /healthz': { tag: 'running', summary: 'How it is; with a key, what runs and what waits', answer: health },
  'GET /readyz': { tag: 'running', summary: 'Whether work can be given to it', answer: readiness },
  'GET /v1/records': { tag: 'records', summary: "Records, or the one behind a system's key", answer: pageOf(record) },
  'GET /v1/records/:id': { tag: 'records', summary: 'One record, as it is', answer: record },
  'GET /v1/records/:id/history': {
    tag: 'records',
    summary: 'Its versions: who changed what, what was merged, what lost, and why',
    answer: pageOf(change),
  },
  'GET /v1/records/:id/version': { tag: 'records', summary: 'Its merged values as they were', answer: version },
  'GET /v1/records/:id/diff': { tag: 'records', summary: 'What changed between two of its versions', answer: diff },
  'GET /v1/records/:id/blame': {
    tag: 'records',
    summary: 'Field by field: who set what stands, when, by which rule',
    answer: pageOf(blame),
  },
  'GET /v1/records/:id/document': { tag: 'records', summary: 'Its Automerge document', type: 'application/octet-stream' },
  'POST /v1/records/:id/resync': {
    tag: 'records',
    summary: 'Reads its rows again, and reconciles what truly differs',
    answer: resynced,
  },
  'POST /v1/entities/:entity/resync': { tag: 'maps', summary: 'The same for all records of an entity', status: 202 },
  'GET /v1/conflicts': { tag: 'conflicts', summary: 'The inbox, and what was decided', answer: pageOf(conflict) },
  'GET /v1/conflicts/:id': { tag: 'conflicts', summary: 'One conflict', answer: conflict },
  'POST /v1/conflicts/:id/resolve': { tag: 'conflicts', summary: 'Decides it', answer: conflict },
  'POST /v1/maps/:entity/:system/guard': { tag: 'maps', summary: 'Lets a mass change pass, or undoes it', status: 202, answer: done },
  'GET /v1/maps/:entity/initial-write': { tag: 'maps', summary: 'How far systems that all hold something have come to agree' },
  'POST /v1/maps/:entity/initial-write': { tag: 'maps', summary: 'Starts that; begun already: has what failed tried again', status: 202 },
  'GET /v1/deliveries': { tag: 'deliveries', summary: 'Writes on their way, waiting, refused', answer: pageOf(delivery) },
  'POST /v1/deliveries/:id/retry': { tag: 'deliveries', summary: 'Has a write tried again', answer: done },
  'POST /v1/deliveries/:id/discard': { tag: 'deliveries', summary: 'Gives a write up', answer: done },
  'POST /v1/deliveries/retry': { tag: 'deliveries', summary: 'Has all writes of a system or entity tried again', answer: done },
  'POST /v1/deliveries/discard': { tag: 'deliveries', summary: 'Gives all writes of a system or entity up', answer: done },
  'GET /v1/failures': { tag: 'deliveries', summary: 'What went wrong', answer: pageOf(failure) },
  'GET /v1/rows': { tag: 'deliveries', summary: 'Rows that were set aside because something broke over them', answer: pageOf(row) },
  'POST /v1/rows/retry': { tag: 'deliveries', summary: 'Takes rows that were set aside', answer: done },
  'POST /v1/rows/discard': { tag: 'deliveries', summary: 'Gives them up', answer: done },
  'POST /v1/records/:id/erase': { tag: 'records', summary: "Erases a person's data from everything that is kept of the record" },
  'GET /v1/erasures': { tag: 'records', summary: 'What was erased: who, when, why, of which record' },
  'POST /v1/backups': { tag: 'running', summary: 'Copies the ledger while it is in use' },
  'POST /v1/lab/replay': { tag: 'laboratory', summary: 'What other policies would have made of the history' },
  'GET /v1/lab/lint': { tag: 'laboratory', summary: 'Policies that look unintended' },
  'GET /v1/lab/forecast': { tag: 'laboratory', summary: 'Conflicts to expect' },
  'GET /v1/lab/suggest': { tag: 'laboratory', summary: 'Policies learnt from the history' },
  'GET /v1/lab/prove': { tag: 'laboratory', summary: 'Merged values, recomputed from the stored edits alone' },
  'POST /v1/lab/apply': { tag: 'laboratory', summary: 'Brings merged values to where other policies would have them' },
  'POST /hooks/:system': { tag: 'systems', summary: 'A system says that something changed', status: 202 },
  'GET /metrics': { tag: 'running', summary: 'Everything that is measured, for Prometheus', type: 'text/plain' },
  'GET /openapi.json': { tag: 'running', summary: 'This description' },
};
