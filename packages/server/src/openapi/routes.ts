import { Type, type TSchema } from 'typebox';
import { applyShape } from '../views/revisions.ts';
import { forecastShape, lintShape, suggestShape } from '../views/habits.ts';
import { proofShape } from '../views/proof.ts';
import { replayShape } from '../views/lab.ts';
import * as putBackShape from './put-back-shapes.ts';
import * as shape from './shapes.ts';

/** What a route is for, and what it answers when all went well. */
export interface RouteTold {
  readonly summary: string;
  readonly tag: string;
  readonly status?: number;
  /** Absent: JSON that its page describes, or `type`. */
  readonly answer?: TSchema;
  readonly type?: string;
  /** Answers that are no problem, and not as usual. */
  readonly other?: Readonly<Record<number, object>>;
}

/** Lists are told in pages. */
export function pageOf(item: TSchema): TSchema {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Optional(Type.String({ description: 'To be passed on as `after`; absent on the last page' })),
  });
}

/** Lists that are short, and told at once. */
function listOf(item: TSchema): TSchema {
  return Type.Object({ items: Type.Array(item) }, { additionalProperties: false });
}

/** Every route of the API. One that is missing here fails a test. */
export const ROUTES: Readonly<Record<string, RouteTold>> = {
  'GET /healthz': { tag: 'running', summary: 'How it is; with a key, what runs and what waits', answer: shape.health },
  'GET /readyz': {
    tag: 'running',
    summary: 'Whether work can be given to it',
    answer: shape.readiness,
    other: { 503: { description: 'Not yet, or not now', content: { 'application/json': { schema: shape.readiness } } } },
  },
  'GET /livez': { tag: 'running', summary: 'Whether the process answers', answer: shape.liveness },
  'GET /v1/stream': {
    tag: 'running',
    summary: 'Server-sent events: new versions, conflicts, the state of maps, how far initial writes are; goes on behind `Last-Event-ID`',
    type: 'text/event-stream',
  },
  'GET /v1/records': { tag: 'records', summary: "Records, or the one behind a system's key", answer: pageOf(shape.record) },
  'GET /v1/records/:id': { tag: 'records', summary: 'One record, as it is', answer: shape.record },
  'GET /v1/records/:id/history': {
    tag: 'records',
    summary: 'Its versions: who changed what, what was merged, what lost, and why',
    answer: pageOf(shape.change),
  },
  'GET /v1/records/:id/version': { tag: 'records', summary: 'Its merged values as they were', answer: shape.version },
  'GET /v1/records/:id/diff': { tag: 'records', summary: 'What changed between two of its versions', answer: shape.diff },
  'GET /v1/records/:id/blame': {
    tag: 'records',
    summary: 'Field by field: who set what stands, when, by which rule',
    answer: pageOf(shape.blame),
  },
  'GET /v1/records/:id/document': { tag: 'records', summary: 'Its Automerge document', type: 'application/octet-stream' },
  'GET /v1/records/:id/views/:system': {
    tag: 'records',
    summary: 'As one system sees it: what it holds, or what it had told by then',
    answer: shape.view,
  },
  'POST /v1/records/:id/fields/:field/restore': { tag: 'records', summary: 'Has a past value stand again', answer: shape.record },
  'POST /v1/records/:id/fields/:field/pin': {
    tag: 'records',
    summary: 'Has a value stand until a time, whoever edits it',
    answer: shape.record,
  },
  'POST /v1/records/:id/fields/:field/unpin': { tag: 'records', summary: 'Lets go of it', answer: shape.record },
  'GET /v1/pins': { tag: 'records', summary: 'What is pinned: by whom, until when', answer: listOf(shape.pin) },
  'POST /v1/records/:id/systems/:system/unlink': { tag: 'records', summary: 'Parts it from its row in one system', answer: shape.record },
  'POST /v1/records/:id/systems/:system/relink': { tag: 'records', summary: 'Has them mirrored again', answer: shape.record },
  'POST /v1/records/:id/resync': {
    tag: 'records',
    summary: 'Reads its rows again, and reconciles what truly differs',
    answer: shape.resynced,
  },
  'POST /v1/entities/:entity/resync': {
    tag: 'maps',
    summary: 'The same for all records of an entity',
    status: 202,
    answer: shape.resyncing,
  },
  'GET /v1/conflicts': { tag: 'conflicts', summary: 'The inbox, and what was decided', answer: pageOf(shape.conflict) },
  'GET /v1/conflicts/:id': { tag: 'conflicts', summary: 'One conflict', answer: shape.conflict },
  'POST /v1/conflicts/:id/resolve': { tag: 'conflicts', summary: 'Decides it', answer: shape.conflict },
  'POST /v1/conflicts/resolve': { tag: 'conflicts', summary: 'Decides several; each has its own end', answer: shape.outcomes },
  'POST /v1/conflicts/:id/reopen': { tag: 'conflicts', summary: 'Has a closed one wait for a person again', answer: shape.conflict },
  'GET /v1/maps': {
    tag: 'maps',
    summary: 'How each map is, who paused it, and how far behind it is in each direction',
    answer: listOf(shape.map),
  },
  'POST /v1/maps/:entity/:system/pause': {
    tag: 'maps',
    summary: 'Has it rest: nothing is read or written, nothing is lost',
    answer: shape.map,
  },
  'POST /v1/maps/:entity/:system/resume': { tag: 'maps', summary: 'Has it go on where it was', answer: shape.map },
  'POST /v1/maps/:entity/:system/stop': { tag: 'maps', summary: 'Turns it off, until it is started', answer: shape.map },
  'POST /v1/maps/:entity/:system/start': { tag: 'maps', summary: 'Has it go on from a new listing of everything', answer: shape.map },
  'POST /v1/maps/:entity/:system/guard': {
    tag: 'maps',
    summary: 'Lets a mass change pass, or undoes it',
    status: 202,
    answer: shape.guarded,
  },
  'GET /v1/maps/:entity/:system/put-back': {
    tag: 'maps',
    summary: 'What a system that was put back lost, and what was edited there since; nothing of it is taken yet',
    answer: putBackShape.putBack,
  },
  'POST /v1/maps/:entity/:system/put-back': {
    tag: 'maps',
    summary: 'Gives back what it lost, takes its older state over, or has each difference wait; then the map goes on',
    status: 202,
    answer: putBackShape.putBackChosen,
  },
  'POST /v1/maps/:entity/:system/put-back/report': {
    tag: 'maps',
    summary: 'Has that report made anew',
    status: 202,
    answer: putBackShape.putBackReporting,
  },
  'POST /v1/systems/:system/put-back': {
    tag: 'maps',
    summary: 'Says that a system was put back: all of its maps rest until somebody has chosen',
    status: 202,
    answer: putBackShape.putBackDeclared,
  },
  'GET /v1/maps/:entity/initial-write': {
    tag: 'maps',
    summary: 'How far systems that all hold something have come to agree',
    answer: shape.initialWrite,
  },
  'POST /v1/maps/:entity/initial-write': {
    tag: 'maps',
    summary: 'Starts that; begun already: has what failed tried again',
    status: 202,
    answer: shape.initialBegun,
  },
  'GET /v1/deliveries': { tag: 'deliveries', summary: 'Writes on their way, waiting, refused', answer: pageOf(shape.delivery) },
  'POST /v1/deliveries/:id/retry': { tag: 'deliveries', summary: 'Has a write tried again', answer: shape.released },
  'POST /v1/deliveries/:id/discard': { tag: 'deliveries', summary: 'Gives a write up', answer: shape.released },
  'POST /v1/deliveries/retry': {
    tag: 'deliveries',
    summary: 'Has all writes of a system or entity tried again',
    answer: shape.releasedAll,
  },
  'POST /v1/deliveries/discard': { tag: 'deliveries', summary: 'Gives all writes of a system or entity up', answer: shape.releasedAll },
  'GET /v1/failures': { tag: 'deliveries', summary: 'What went wrong', answer: pageOf(shape.failure) },
  'GET /v1/rows': { tag: 'deliveries', summary: 'Rows that were set aside because something broke over them', answer: pageOf(shape.row) },
  'POST /v1/rows/retry': { tag: 'deliveries', summary: 'Takes rows that were set aside', answer: shape.rowsReleased },
  'POST /v1/rows/discard': { tag: 'deliveries', summary: 'Gives them up', answer: shape.rowsReleased },
  'POST /v1/records/:id/erase': {
    tag: 'records',
    summary: "Erases a person's data from everything that is kept of the record",
    answer: shape.erased,
  },
  'GET /v1/erasures': { tag: 'records', summary: 'What was erased: who, when, why, of which record', answer: pageOf(shape.erasure) },
  'GET /v1/trends': {
    tag: 'maps',
    summary: 'Lag, versions and conflicts since the start, for two hours at the most',
    answer: shape.trends,
  },
  'GET /v1/names': { tag: 'records', summary: 'By what people know records: their keys and names', answer: listOf(shape.named) },
  'POST /v1/session': { tag: 'running', summary: 'Signs a browser in, by a key or a link', answer: shape.session },
  'GET /v1/session': { tag: 'running', summary: 'Who asks, and what they may', answer: shape.session },
  'GET /v1/session/ways': { tag: 'running', summary: 'How people may sign in', answer: shape.ways },
  'POST /v1/session/end': { tag: 'running', summary: 'Signs the browser out', answer: shape.sessionEnded },
  'GET /v1/acts': { tag: 'running', summary: 'The audit log: what people did, when, and why', answer: pageOf(shape.act) },
  'GET /v1/comparisons': {
    tag: 'maps',
    summary: 'Comparisons of all rows with what the ledger believes, and what they found',
    answer: listOf(shape.comparison),
  },
  'POST /v1/compactions': {
    tag: 'running',
    summary: 'Has old changes leave the ledger, while it is in use',
    status: 202,
    answer: shape.retention,
  },
  'GET /v1/compactions': { tag: 'running', summary: 'How far that is, or what the last time came to', answer: shape.retention },
  'POST /v1/backups': { tag: 'running', summary: 'Copies the ledger while it is in use', answer: shape.backup },
  'POST /v1/lab/replay': { tag: 'laboratory', summary: 'What other policies would have made of the history', answer: replayShape },
  'GET /v1/lab/lint': { tag: 'laboratory', summary: 'Policies that look unintended', answer: lintShape },
  'GET /v1/lab/forecast': { tag: 'laboratory', summary: 'Conflicts to expect', answer: forecastShape },
  'GET /v1/lab/suggest': { tag: 'laboratory', summary: 'Policies learnt from the history', answer: suggestShape },
  'GET /v1/lab/prove': { tag: 'laboratory', summary: 'Merged values, recomputed from the stored edits alone', answer: proofShape },
  'POST /v1/lab/apply': { tag: 'laboratory', summary: 'Brings merged values to where other policies would have them', answer: applyShape },
  'GET /v1/configuration': { tag: 'running', summary: 'The configuration that runs, without secrets', answer: shape.configuration },
  'POST /v1/configuration/validate': {
    tag: 'running',
    summary: 'Names every fault of a configuration; applies nothing',
    answer: shape.validation,
  },
  'POST /hooks/:system': { tag: 'systems', summary: 'A system says that something changed', status: 202, answer: shape.hints },
  'GET /metrics': { tag: 'running', summary: 'Everything that is measured, for Prometheus', type: 'text/plain' },
  'GET /docs': { tag: 'running', summary: 'This description as a page, for people', type: 'text/html' },
  'GET /openapi.json': { tag: 'running', summary: 'This description' },
};
