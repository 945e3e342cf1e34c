import { z } from 'zod';
import { duration } from '../policy/duration.ts';
import { block, innerPolicy } from '../policy/spec.ts';
import type { Json } from '../values.ts';

/** No column, set or symbol of a business system is longer. */
const TEXT_CHARS_MAX = 256;
export const PORT_MAX = 65_535;
const DAY_MS = 86_400_000;

const words = z.string().min(1).max(TEXT_CHARS_MAX);
/** CEL or JSONata; what may stand in it is said when it is compiled. */
const expression = z.string();
const json: z.ZodType<Json> = z.json();
const scalar = z.union([z.string().max(TEXT_CHARS_MAX), z.number(), z.boolean(), z.null()]);

/** A symbol of a choice as a system has it. */
const symbol = z.union([words, z.int(), z.boolean()]);

export const systemShape = z
  .looseObject({
    adapter: words.describe('The adapter: finops, dataverse, or one of your own.'),
    label: words.optional().describe('What people call it, in the console.'),
  })
  .describe('A business system: its adapter, and what that adapter needs to reach it.');

export const sideShape = z
  .union([
    words.describe('The column.'),
    block({
      column: words.describe('The column that is read.'),
      type: z
        .enum(['text', 'integer', 'yesno'])
        .optional()
        .describe('With "values": what the column is, where the symbols do not tell. Text whose symbols are all numbers needs it.'),
      write: words.optional().describe('The column that is written, where it is another, such as customerid_account@odata.bind.'),
      as: words.optional().describe('What to write, with {} in place of the value, such as /accounts({}).'),
      by: words
        .optional()
        .describe("For a reference: the field of the other entity that the column holds. Absent: it holds the other row's key."),
      only: z.enum(['read', 'write']).optional().describe('read: never written there. write: never read from there.'),
      maxLength: z
        .int()
        .min(1)
        .optional()
        .describe('For a text: the characters that the column holds; a longer text is held back from it.'),
      from: expression.optional().describe("JSONata over $, the column's value, and $row.Column: what is read in its place."),
      to: expression.optional().describe('JSONata over $, the value to write: what is written in its place.'),
      lossy: z.boolean().optional().describe('true: "to" and "from" need not lead back to where they began.'),
    }),
  ])
  .describe('The column in this system.');

/** More rows than this in one window are no slip that a guard could tell from work. */
const GUARD_ROWS_MAX = 1_000_000;

const guardBound = block({
  most: z.int().min(0).max(GUARD_ROWS_MAX).describe('So many are always believed.'),
  share: z.number().min(0).max(1).default(0).describe('Beyond that, up to this share of all rows.'),
});

const guardShape = block({
  deletes: guardBound.optional(),
  updates: guardBound.optional(),
  within: duration.default(600_000).describe('The window in which they are counted; default 10m.'),
}).describe('More than that is not taken from this system before somebody has looked.');

export const tableSideShape = block({
  set: words.describe('The OData set or table.'),
  id: z
    .union([words, z.array(words).min(1)])
    .optional()
    .describe("The columns of the row's key. Absent: asked of the system."),
  where: z
    .record(words, scalar)
    .optional()
    .describe('Only rows in which each column has this value are mirrored; new rows are created with it.'),
  constants: z.record(words, json).optional().describe('Set when a row is created, never read.'),
  correlation: words.optional().describe("The column that carries Concord's id in a system that numbers its own rows."),
  feed: words.optional().describe("How to tell changes, in the adapter's own words."),
  concurrency: words.optional().describe("How stale writes are prevented, in the adapter's own words."),
  only: z.literal('read').optional().describe('read: records are never written there.'),
  filter: expression.optional().describe('CEL over the fields read here: only rows for which it is true become records.'),
  guard: guardShape.optional(),
}).describe('The entity as this system keeps it.');

export const typeShape = z
  .union([
    z.string().meta({ pattern: String.raw`^(text|integer|decimal\(\d{1,2}\)|date|datetime|yesno|choice|choices|json)$` }),
    block({ reference: z.string().describe('The entity that is referred to.') }),
  ])
  .describe('text (default), integer, decimal(2), date, datetime, yesno, choice, choices, json, or { reference: entity }.');

export const valuesShape = z
  .record(z.string().min(1), z.union([symbol, z.record(z.string(), symbol)]))
  .describe("Canonical symbol to each system's own. Short form: the first system's symbol to the other's.");

const refusedShape = z
  .enum(['park', 'revert'])
  .optional()
  .describe('What a system refuses waits (park, the default), or gives way to what the system holds (revert).');

export const fieldShape = z.object({
  type: typeShape.optional(),
  values: valuesShape.optional(),
  policy: innerPolicy.optional(),
  refused: refusedShape,
  sensitive: z.boolean().optional().describe('true: whoever has no right to see it is told ••• in its place.'),
  derived: expression.optional().describe('CEL over other fields: the value is computed, not edited.'),
  onMissing: z
    .enum(['hold', 'null', 'stub', 'retry'])
    .optional()
    .describe('For a reference: what becomes of a write whose record is not in the other system yet. Default hold.'),
  waitAtMost: duration.optional().describe('For a reference: how long that may last before it is told; default 1h.'),
  onParentDeleted: z
    .enum(['cascade', 'restrict', 'orphan', 'hold'])
    .optional()
    .describe('For a reference: what becomes of this record when the other one is deleted. Default: nothing.'),
});

const keyFieldsShape = z.array(z.string()).min(1);
const keyOptions = {
  fields: keyFieldsShape.describe('The fields that make up the key.'),
  trim: z.boolean().optional().describe('Outer blanks do not count, inner ones once; default true.'),
  case: z.boolean().optional().describe('Upper and lower case are the same; default true.'),
  nfc: z.boolean().optional().describe('Texts that Unicode holds for the same are; default true.'),
  digits: z.boolean().optional().describe('Only digits count; default false.'),
};

export const keyShape = z.union([keyFieldsShape, block(keyOptions)]).describe('Fields, or fields with how they are normalised.');

export const uniqueShape = z
  .union([
    keyFieldsShape,
    block({
      ...keyOptions,
      onViolation: z
        .enum(['first-keeps', 'manual'])
        .optional()
        .describe('first-keeps (default): the older record keeps the key. manual: a person decides.'),
    }),
  ])
  .describe('Fields whose values no two records may share.');

export const invariantShape = block({
  check: expression.describe('CEL over the fields: what must be true of every record.'),
  onViolation: z
    .union([z.enum(['revert', 'hold']), block({ recompute: z.string().describe('The field to compute anew; the check is "field == …".') })])
    .default('hold')
    .describe('Where concurrent edits break it: hold (default), revert, or { recompute: field }.'),
});

export const groupShape = block({
  fields: z.array(z.string()).min(2).describe('The fields that are taken together.'),
  policy: innerPolicy.optional(),
  refused: refusedShape,
}).describe('Fields that belong together, such as an address: one side wins as a whole.');

export const deleteShape = z
  .union([
    z.enum(['update-wins', 'delete-wins', 'later-wins', 'unlink', 'restore', 'manual']),
    block({ owner: words.describe('Only this system deletes; a deletion elsewhere is undone.') }),
    block({ soft: z.record(z.string(), scalar).describe('The deletion stays in its system; elsewhere this field gets this value.') }),
  ])
  .default('update-wins')
  .describe('What becomes of a record that one system deletes.');

export const entityShape = z.object({
  key: z
    .array(z.string())
    .default([])
    .describe('The fields by which rows of different systems are matched; "company" stands for the system\'s own.'),
  delete: deleteShape,
  refused: refusedShape,
  fields: z.record(z.string(), z.unknown()),
  groups: z.record(z.string(), z.unknown()).default({}),
  filter: expression.optional().describe('CEL over fields that every system reads: only rows for which it is true become records.'),
  invariants: z.array(z.unknown()).default([]),
  match: z.array(keyShape).default([]).describe('Further keys by which rows are matched, in order, where the key does not tell.'),
  review: z.array(keyShape).default([]).describe('Keys too weak to join rows by: whom they match, a person is asked.'),
  unique: z.array(uniqueShape).default([]),
  seed: z.string().optional().describe('The system whose values stand where two rows meet for the first time.'),
  initial: z.literal('wait').optional().describe('Nothing of this entity is read or written before its initial write is started.'),
  guard: guardShape.optional(),
});

export const customPolicyShape = block({
  module: words.describe("An ES module with a default export, its path counted from the configuration's folder."),
}).describe('A policy of your own, run in a sandbox.');

export const ledgerShape = block({
  file: words.optional().describe('The ledger file; default concord.db.'),
  backups: words.optional().describe('The folder of its backups; default backups, beside the ledger file.'),
  retention: block({
    keep: duration.optional().describe('Changes that are older are told as one, while the sidecar runs. Absent: when a person asks.'),
    every: duration.default(DAY_MS).describe('How often; default 1d.'),
    archive: words.describe('The folder in which what goes is kept first; "none": nowhere.'),
  })
    .optional()
    .describe('How long histories are told in full; default for ever.'),
}).describe('Where everything is kept.');

export const compareShape = block({
  every: duration.default(DAY_MS).describe('How often each map is compared whole; default 1d. They are spread over the time.'),
}).describe('Comparisons that run by themselves: all rows against what the ledger believes of them. Absent: when a person asks.');

export const evolveShape = z
  .enum(['auto', 'ask'])
  .describe(
    'What becomes of the records that exist where this configuration is another than the one that the ledger ran with. `auto` (default): the start brings them there. `ask`: the entities that have changed are kept until a person starts them.',
  );

/** A port may come from a variable. */
const port = z.union([z.int().min(0).max(PORT_MAX), z.string().regex(/^\$\{\w+\}$/u, 'Expected a port number')]);

/** Nothing that only one of us may know stands in the file. */
export const secretShape = z.string().regex(/^\$\{\w+\}$/u, 'Expected a variable, ${NAME}: a secret does not belong in the file');
/** More than any sidecar answers in a minute. */
const RATE_MAX = 10_000_000;
const rate = z.int().min(1).max(RATE_MAX).optional();

/** Over TLS, but for tests on one machine. */
const secureUrl = z
  .string()
  .regex(/^(?:https:\/\/|http:\/\/127\.0\.0\.1[:/]|\$\{\w+\}$)/u, 'Expected an address that begins with https://');

export const oidcShape = block({
  issuer: secureUrl.describe('Exactly as it stands in tokens.'),
  audience: words.describe('For whom tokens must be.'),
  jwks: secureUrl.optional().describe('Where its keys are; asked of the issuer where it is left out.'),
  roles: block({
    claim: words.optional().describe('Default roles.'),
    map: z.record(words, z.enum(['reader', 'resolver', 'operator', 'admin'])).describe('What the claim holds, to a role.'),
    sensitive: words.optional().describe('What the claim holds for those who see sensitive fields.'),
  }),
  entities: words.optional().describe('The claim that names the entities that somebody may see; left out, all.'),
  name: words.optional().describe('The claim by which somebody is named in the audit log; default preferred_username, else the subject.'),
  console: block({
    client: words.describe('The client that Concord is to the provider; identity tokens are for it.'),
    secret: secretShape.optional().describe('Where the provider asks for one, as a variable; PKCE is used in any case.'),
    scope: words.optional().describe('Default openid profile.'),
  })
    .optional()
    .describe('Lets people sign in to the console with the provider (code flow with PKCE).'),
}).describe('People of an identity provider (OpenID Connect).');

export const serverShape = block({
  host: words.optional().describe('Default 127.0.0.1: this machine alone.'),
  port: port.optional().describe('Default 8085; 0 for any that is free.'),
  keys: words.optional().describe('The file that holds the API keys; default concord.keys.json.'),
  hooks: z.record(z.string(), secretShape).optional().describe('By system, the secret that its hooks bring, as a variable.'),
  rate: block({
    key: rate.describe('Requests with one key; default 12000.'),
    address: rate.describe('Requests from one address without a key, or with a wrong one; default 600.'),
    hooks: rate.describe('Hooks from one address; default 60000.'),
  })
    .optional()
    .describe('How often somebody may ask in a minute.'),
  oidc: oidcShape.optional(),
  tls: block({
    cert: words.describe('The certificate, and those that vouch for it: a PEM file.'),
    key: words.describe('Its key: a PEM file.'),
  })
    .optional()
    .describe('Serves HTTPS in place of HTTP.'),
}).describe('Where the API and the console listen.');

const ms = z.int().min(1).max(DAY_MS).optional();
const count = z.int().min(1).max(10_000).optional();

export const limitsShape = block({
  pollMs: ms.describe('Between two pulls of a feed when nobody hints.'),
  writesMax: count.describe('Writes under way to one system at a time.'),
  rowsMax: count.describe('Rows of a page in work at a time.'),
  retryMs: ms.describe('First wait after a failure; doubles up to retryMsMax.'),
  retryMsMax: ms.describe('Longest wait after a failure.'),
  attemptsMax: count.describe('So often a write may fail while others do not, before it is parked.'),
  queueMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Writes that may wait for a system before the feeds they come from are held back.'),
  atHandMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Writes of an entity to a system that are in memory; the others are read from the ledger.'),
  gatherMs: ms.describe('A hint waits this long for others.'),
}).describe('Numbers that an operator may turn.');

export const rootShape = block({
  systems: z.record(z.string(), z.unknown()),
  entities: z.record(z.string(), z.unknown()),
  policies: z.record(z.string(), z.unknown()).default({}),
  ledger: z.unknown().optional(),
  server: z.unknown().optional(),
  limits: z.unknown().optional(),
  alerts: z.unknown().optional(),
  tracing: z.unknown().optional(),
  compare: z.unknown().optional(),
  evolve: z.unknown().optional(),
});
