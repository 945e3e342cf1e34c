import {
  compileTable,
  ConcordError,
  digestOf,
  entityName,
  forecast,
  gatherFacts,
  lint,
  liveCompactionOf,
  openListDigest,
  parseConfig,
  policyKinds,
  PRESET_NAMES,
  presetOf,
  proofs,
  readOverlay,
  recordId,
  replay,
  revised,
  suggest,
  suggestionYaml,
  systemId,
  type Config,
  type Fault,
  type LabLedger,
  type Other,
  type RecordId,
  type Registry,
  type Sandbox,
  type SystemId,
  type TableMap,
  type Tables,
} from '@concord/core';
import { configWrong } from '../config-wrong.ts';
import { tellForecast, tellLint } from '../views/habits.ts';
import { tellReplay } from '../views/lab.ts';
import { tellProofs } from '../views/proof.ts';
import { tellRevisions, type ApplyTold, type RevisionTold } from '../views/revisions.ts';

/** So many lines of a list are told; the name of the list is about all of them. */
const REVISIONS_MAX = 1_000;
/** So many records can be changed at once: which they are is kept in memory. */
const REVISED_MAX = 100_000;
/** So many faults of policies are told. */
const FAULTS_MAX = 100;

/** What stands in a variable's place while a text is checked: nobody who may send one may learn what this process has in its environment. */
const FILLER = '0';

/** What a thread beside the one that serves is given when it begins. */
export interface Given {
  readonly config: Pick<Config, 'entities' | 'policies'> & { readonly systems: readonly string[] };
}

export interface ReplayAsked {
  readonly policies?: unknown;
  readonly preset?: string | undefined;
  readonly entity?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly examples?: number | undefined;
  readonly losses?: number | undefined;
}

export interface CompactAsked {
  readonly record: RecordId;
  readonly beforeMs: number;
  readonly beforeSeq: number | undefined;
}

/** What other policies would change: the list as it is told, and what is needed to carry it out. */
export interface Listed {
  readonly told: ApplyTold;
  /** The entities with the other policies. */
  readonly entities: readonly TableMap[];
  /** By record, the name of what would change in it, and its entity. */
  readonly records: readonly (readonly [RecordId, { readonly entity: string; readonly reviewed: string }])[];
}

/** The work that is done in a thread of its own: what takes long, and what somebody else wrote. */
export type Works = ReturnType<typeof openWorks>;

export function openWorks({ config }: Given, ledger: LabLedger, sandbox: Sandbox) {
  const kinds = policyKinds(config.policies, sandbox);
  const tables: Tables = tablesOf(config.entities, kinds);
  const facts = () => gatherFacts(ledger, tables);

  return {
    async replay({ policies: other, preset, entity, sinceMs, examples, losses }: ReplayAsked) {
      const rival: Other =
        preset === undefined
          ? { kind: 'policies', tables: tablesOf(overlaid(other, { entities: config.entities, kinds }), kinds) }
          : presetNamed(preset, config.systems.map(systemId));
      const report = await replay(ledger, tables, rival, {
        ...(entity === undefined ? {} : { entity: entityName(entity) }),
        ...(sinceMs === undefined ? {} : { sinceMs }),
        ...(examples === undefined ? {} : { examples }),
        ...(losses === undefined ? {} : { losses }),
      });
      return tellReplay(tables, preset ?? 'other policies', report);
    },

    lint: async () => tellLint(lint({ tables, kinds, facts: await facts() })),

    forecast: async (ask: { readonly lagMs?: number }) => tellForecast(forecast(await facts(), ask)),

    async suggest() {
      const found = suggest(await facts(), tables);
      return { suggestions: found.length, overlay: found.length === 0 ? '' : suggestionYaml(found) };
    },

    async prove({ record: id }: { readonly record?: string | undefined }) {
      const record = id === undefined ? undefined : await ledger.record(recordId(id));
      if (id !== undefined && !record) throw new ConcordError('RECORD_UNKNOWN', { record: id });
      return tellProofs(proofs(ledger, tables, record ? { record } : {}));
    },

    /** What it would come to if a record's old changes were told as one. */
    compact: ({ record, beforeMs, beforeSeq }: CompactAsked) =>
      liveCompactionOf({ ledger, tables, pinned: () => beforeSeq }, record, beforeMs),

    async list({ policies: other, entity }: { readonly policies: unknown; readonly entity?: string | undefined }): Promise<Listed> {
      const entities = overlaid(other, { entities: config.entities, kinds });
      return { ...(await listed(ledger, tables, tablesOf(entities, kinds), entity)), entities };
    },

    /** `variables`: the names of those that are set, without their values. */
    async validate({ text, variables }: { readonly text: string; readonly variables: readonly string[] }) {
      const env = Object.fromEntries(variables.map((name) => [name, FILLER]));
      // Of policies of the user's own those that run are known; no file is read for whoever asks.
      const sources = Object.values(config.policies);
      const read = (path: string) => sources.find(({ module }) => module === path)?.source;
      const parsed = parseConfig(text, { file: 'configuration', env, modules: { sandbox, read } });
      return parsed.kind === 'faults'
        ? { valid: false, faults: parsed.faults.map(tellFault), warnings: [] }
        : { valid: true, faults: [], warnings: parsed.warnings.map(tellFault), entities: parsed.config.entities };
    },
  };
}

function tellFault({ file: _file, ...fault }: Fault): Omit<Fault, 'file'> {
  return fault;
}

async function listed(ledger: LabLedger, tables: Tables, others: Tables, only: string | undefined): Promise<Omit<Listed, 'entities'>> {
  const digest = openListDigest();
  const records: [RecordId, { readonly entity: string; readonly reviewed: string }][] = [];
  const lines: RevisionTold[] = [];
  let registers = 0;
  for await (const found of revised(ledger, tables, others, only === undefined ? {} : { entity: entityName(only) })) {
    const { record, revisions } = found;
    if (records.length >= REVISED_MAX) throw new ConcordError('LAB_LIST_LONG', { max: REVISED_MAX });
    digest.add(record.id, revisions);
    records.push([record.id, { entity: record.entity, reviewed: digestOf(record.id, revisions) }]);
    registers += revisions.length;
    if (lines.length < REVISIONS_MAX) lines.push(...tellRevisions(found));
  }
  const list = records.length === 0 ? {} : { list: digest.text() };
  return { told: { ...list, records: records.length, registers, revisions: lines.slice(0, REVISIONS_MAX) }, records };
}

/** The entities under other policies. Throws CONFIG_WRONG with the faults and their paths. */
function overlaid(raw: unknown, configured: { readonly entities: readonly TableMap[]; readonly kinds: Registry }): readonly TableMap[] {
  const { entities, complaints } = readOverlay(raw, configured);
  if (complaints.length === 0) return entities;
  const faults = complaints
    .slice(0, FAULTS_MAX)
    .map(({ path, text, suggestion = '' }) => `${path.join('.')}  ${text} ${suggestion}`.trimEnd());
  const rest = complaints.length - FAULTS_MAX;
  throw configWrong('policies', rest > 0 ? [...faults, `${rest} more faults follow.`] : faults);
}

function tablesOf(entities: readonly TableMap[], kinds: Registry): Tables {
  return new Map(entities.map((map) => [map.entity, compileTable(map, kinds)]));
}

/** Throws LAB_PRESET_UNKNOWN. */
export function presetNamed(name: string, systems: readonly SystemId[]): Other {
  const preset = presetOf(name, systems);
  if (!preset)
    throw new ConcordError('LAB_PRESET_UNKNOWN', { preset: name, presets: PRESET_NAMES.join(', '), systems: systems.join(', ') });
  return { kind: 'preset', preset };
}
