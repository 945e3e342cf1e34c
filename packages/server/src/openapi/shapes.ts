import { Type } from 'typebox';
import { entityChangeShape, mapChangeMembers } from '../views/evolution.ts';
import { putBackSince } from './put-back-shapes.ts';
import { closed, instant, names, scalar, some, values } from './words.ts';

/*
 * What the API answers, for those who read its description. Answers are made in `views/`; a test holds real answers of every route against
 * these shapes, in both directions: nothing that is promised is missing, nothing is told that is not promised.
 */

const edit = closed({ system: Type.String(), at: instant, by: some(Type.String()), values, before: some(values) });

const resolution = {
  fields: names,
  code: Type.String({ description: 'C01 to C20' }),
  state: Type.Union([Type.Literal('held'), Type.Literal('settled'), Type.Literal('resolved')]),
  rule: Type.String(),
  reason: Type.String(),
  values: some(values),
  base: some(values),
  sides: Type.Array(edit),
  losers: Type.Array(edit),
};

const part = closed({ kind: Type.String(), registers: names });
const link = closed({
  state: Type.String(),
  key: some(Type.String()),
  version: some(Type.String()),
  planned: some(part),
  withheld: some(Type.Array(closed({ register: Type.String(), words: Type.String() }))),
  parked: some(part),
  discarded: some(part),
});

export const record = closed({
  id: Type.String(),
  entity: Type.String(),
  state: scalar,
  mergedInto: some(Type.String()),
  aliases: some(names),
  apart: some(names),
  asked: some(names),
  versions: Type.Integer(),
  heads: names,
  values,
  held: Type.Array(closed({ conflict: Type.String(), fields: names })),
  systems: Type.Record(Type.String(), link),
});

const line = Type.Object({ op: Type.String(), path: Type.String(), value: some(Type.Unknown()) });

export const change = closed({
  version: Type.Integer(),
  hash: Type.String(),
  at: instant,
  knownAt: some(instant),
  system: Type.String(),
  by: some(Type.String()),
  note: some(Type.String()),
  edits: Type.Array(edit),
  resolutions: Type.Array(closed(resolution)),
  patch: Type.Array(line, { description: 'RFC 6902' }),
  erased: some(names),
  epoch: some(closed({ compacted: Type.Integer(), from: instant, to: instant, heads: some(names) })),
});

export const version = closed({ version: Type.Integer(), hash: Type.String(), at: instant, knownAt: some(instant), state: scalar, values });
export const view = closed({
  system: Type.String(),
  version: Type.Integer(),
  fields: Type.Array(
    closed({
      field: Type.String(),
      merged: scalar,
      holds: some(scalar),
      hasSeen: some(Type.Boolean()),
      told: some(closed({ value: scalar, version: Type.Integer(), at: instant })),
    }),
  ),
});

export const diff = closed({ from: Type.Integer(), to: Type.Integer(), patch: Type.Array(line, { description: 'RFC 6902' }) });

const run = closed({
  text: Type.String(),
  system: some(Type.String()),
  by: some(Type.String()),
  version: some(Type.Integer()),
  at: some(instant),
});

export const blame = closed({
  field: Type.String(),
  value: scalar,
  system: some(Type.String()),
  at: some(instant),
  by: some(Type.String()),
  rule: some(Type.String()),
  reason: some(Type.String()),
  version: some(Type.Integer()),
  held: some(Type.String()),
  runs: some(
    Type.Array(run, { description: 'Of a text that was merged, who wrote what: together they are the value. Of a set, each member' }),
  ),
});

export const conflict = closed({
  id: Type.String(),
  record: Type.String(),
  entity: Type.String(),
  ...resolution,
  about: some(Type.Unknown()),
  choices: some(names),
  openedAt: instant,
  openedInVersion: Type.Integer(),
  closedAt: some(instant),
  closedInVersion: some(Type.Integer()),
});

export const delivery = closed({
  id: Type.String(),
  record: Type.String(),
  entity: Type.String(),
  system: Type.String(),
  kind: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  code: some(Type.String()),
  words: some(Type.String()),
  fields: names,
  dueAt: instant,
  since: some(instant),
  next: Type.String(),
});

export const failure = closed({
  at: instant,
  system: Type.String(),
  entity: Type.String(),
  record: some(Type.String()),
  key: some(Type.String()),
  code: Type.String(),
  words: Type.String(),
});

export const row = closed({ system: Type.String(), entity: Type.String(), key: Type.String(), words: Type.String(), at: instant });

const backlog = { due: Type.Integer(), waiting: Type.Integer(), parked: Type.Integer() };

export const map = closed({
  system: Type.String(),
  entity: Type.String(),
  state: Type.String({ description: '`paused` or as `/healthz` tells it' }),
  listed: Type.Boolean({ description: 'Whether all rows have been read once' }),
  words: some(Type.String()),
  toldRows: Type.Integer({ description: 'Rows that the listing told since the start' }),
  filteredRows: Type.Integer(),
  asideRows: Type.Integer(),
  olderRows: Type.Integer({ description: 'Read in a version older than one that the system had answered: it was put back' }),
  guard: some(Type.Array(Type.Unknown())),
  resync: some(closed({ state: Type.String(), rows: Type.Integer(), differing: Type.Integer() })),
  pause: some(
    closed({
      kind: Type.Union([Type.Literal('paused'), Type.Literal('off')]),
      by: Type.String(),
      note: some(Type.String()),
      since: instant,
    }),
  ),
  putBack: some(closed(putBackSince)),
  from: closed({ upTo: some(instant), lagSeconds: some(Type.Number()) }),
  to: closed({ ...backlog, lagSeconds: Type.Number() }),
});

export const problem = closed({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable; see the list of problems' }),
  remedy: Type.String({ description: 'What to do about it' }),
});

export const outcomes = closed({
  items: Type.Array(
    closed({
      id: Type.String(),
      status: Type.Integer({ description: 'As if it had been asked alone' }),
      conflict: some(conflict),
      problem: some(problem),
    }),
  ),
});

export const health = Type.Object({ status: Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('failing')]) });
export const initialWrite = Type.Object({
  entity: Type.String(),
  state: Type.Union([Type.Literal('kept'), Type.Literal('reading'), Type.Literal('writing'), Type.Literal('done')]),
  begunAt: some(Type.String()),
  systems: Type.Array(
    Type.Object({
      system: Type.String(),
      listed: Type.Boolean(),
      rows: Type.Integer(),
      remaining: Type.Integer(),
      settled: Type.Integer(),
      perSecond: Type.Number(),
    }),
  ),
  remaining: Type.Integer(),
  perSecond: Type.Number(),
  secondsLeft: some(Type.Integer()),
  changes: Type.Array(closed(mapChangeMembers), { description: 'Of its configuration, as far as they are not carried out yet' }),
  errors: Type.Integer(),
  classes: Type.Record(Type.String(), Type.Integer()),
  first: Type.Array(delivery),
});
export const initialBegun = Type.Object({ begun: Type.Boolean(), retried: some(Type.Integer()), more: some(Type.Boolean()) });
export const liveness = Type.Object({ live: Type.Literal(true) });
export const readiness = Type.Object({ ready: Type.Boolean(), why: some(names) });
export const resynced = closed({
  record: Type.String(),
  systems: Type.Record(Type.String(), Type.String()),
  differing: Type.Integer(),
  writes: names,
});
export const resyncing = closed({ entity: Type.String(), systems: names });

const decision = Type.Union([Type.Literal('retry'), Type.Literal('discard')]);
export const guarded = closed({ decision: Type.Union([Type.Literal('pass'), Type.Literal('refuse')]) });
export const released = closed({ id: Type.String(), decision });
export const releasedAll = closed({ decision, released: Type.Integer(), gone: Type.Integer(), more: Type.Boolean() });
export const rowsReleased = closed({ decision, released: Type.Integer(), gone: Type.Integer(), still: Type.Integer() });

const extent = { fields: names, records: names, changes: Type.Integer(), heads: names };
export const erased = closed({ record: Type.String(), ...extent });
export const comparison = closed({
  system: Type.String(),
  entity: Type.String(),
  by: some(Type.String({ description: 'Who asked; absent: it was time' })),
  began: instant,
  ended: instant,
  rows: Type.Integer(),
  differing: Type.Integer({ description: 'Rows that were taken anew, with those of which the feed was about to tell' }),
  unexplained: Type.Integer({ description: 'Those of them that nothing explains' }),
  differences: Type.Array(closed({ record: Type.String(), version: Type.Integer(), edits: Type.Array(edit) })),
});

export const erasure = closed({ at: instant, by: Type.String(), record: some(Type.String()), note: some(Type.String()), ...extent });

export const act = closed({
  at: instant,
  by: Type.String(),
  act: Type.String(),
  record: some(Type.String()),
  conflict: some(Type.String()),
  note: some(Type.String()),
  erased: some(closed(extent)),
});

export const backup = closed({ file: Type.String(), bytes: Type.Integer() });
export const hints = closed({ hints: Type.Integer({ description: 'Rows or feeds that it led to' }) });

const fieldTold = Type.Object({
  type: Type.String(),
  group: some(Type.String({ description: 'The fields of a group are decided as one' })),
  policy: some(Type.Unknown()),
  computed: some(Type.String()),
  symbols: some(names),
  systems: Type.Record(Type.String(), closed({ column: Type.String(), only: some(Type.String()) })),
});
export const configuration = closed({
  file: Type.String(),
  systems: Type.Record(Type.String(), closed({ adapter: Type.String(), label: some(Type.String()), hookSecret: Type.Boolean() })),
  entities: Type.Record(
    Type.String(),
    closed({
      key: names,
      delete: Type.Unknown(),
      systems: Type.Record(Type.String(), closed({ set: Type.String(), only: some(Type.String()) })),
      filter: some(Type.String()),
      invariants: names,
      fields: Type.Record(Type.String(), fieldTold),
    }),
  ),
  policies: Type.Record(Type.String(), closed({ module: Type.String() })),
  ledger: closed({
    file: Type.String(),
    backups: some(Type.String()),
    retention: some(closed({ keepMs: some(Type.Integer()), everyMs: Type.Integer(), archive: some(Type.String()) })),
  }),
  compare: some(closed({ everyMs: Type.Integer() })),
  server: closed({ host: Type.String(), port: Type.Integer() }),
  limits: Type.Record(Type.String(), Type.Number()),
});

const retentionPass = closed({
  state: Type.Union([Type.Literal('running'), Type.Literal('done')]),
  by: Type.String(),
  before: Type.String({ description: 'What was changed before then may go' }),
  entity: some(Type.String()),
  archives: Type.Boolean(),
  began: Type.String(),
  ended: some(Type.String()),
  records: Type.Integer({ description: 'Looked at so far' }),
  compacted: Type.Integer(),
  removed: Type.Integer({ description: 'Changes that are told no longer' }),
  needed: Type.Integer({ description: 'Records that stay whole: something stands on what is old' }),
  wrong: Type.Integer({ description: 'Records that do not agree with themselves: see concord verify' }),
  long: Type.Integer({ description: 'Records with too many changes: for concord compact while no sidecar runs' }),
  moved: Type.Integer({ description: 'Records that were edited all the while: for the next time' }),
});
export const retention = closed({ pass: some(retentionPass) });

const fault = closed({
  line: Type.Integer(),
  column: Type.Integer(),
  path: Type.String(),
  text: Type.String(),
  suggestion: some(Type.String()),
});
export const validation = closed({
  valid: Type.Boolean(),
  faults: Type.Array(fault),
  warnings: Type.Array(fault),
  changes: some(Type.Array(entityChangeShape, { description: 'What it changes for the records that exist; where it is valid' })),
});

export const pin = closed({
  record: Type.String(),
  entity: Type.String(),
  fields: names,
  version: Type.Integer({ description: 'The one that told the value' }),
  by: Type.String(),
  note: some(Type.String()),
  until: instant,
});

const namedAlone = { entity: Type.String(), values };
export const named = closed({
  record: Type.String(),
  ...namedAlone,
  of: some(closed({ ...namedAlone, of: some(closed(namedAlone)) })),
});

export const session = closed({
  name: Type.String(),
  role: Type.Union([Type.Literal('reader'), Type.Literal('resolver'), Type.Literal('operator'), Type.Literal('admin')]),
  entities: some(names),
  seesSensitive: Type.Boolean(),
  csrf: some(Type.String({ description: 'Of a browser: sent along as `x-concord-csrf` with whatever changes something' })),
  until: some(instant),
});
export const sessionEnded = closed({ ended: Type.Boolean() });

const series = Type.Array(Type.Number(), { description: 'The latest last' });
export const trends = closed({
  everySeconds: Type.Number(),
  until: instant,
  maps: Type.Array(closed({ entity: Type.String(), system: Type.String(), from: series, to: series })),
  entities: Type.Array(closed({ entity: Type.String(), versions: series, conflicts: series })),
});
export const ways = closed({ ways: Type.Array(Type.Union([Type.Literal('key'), Type.Literal('oidc')])) });
