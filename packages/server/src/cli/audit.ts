import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  auditTable,
  changedSince,
  COLUMN_KINDS,
  ConcordError,
  type AuditFinding,
  type AuditSeverity,
  type FactsBySystem,
  type SystemId,
  type Table,
  type TableFacts,
  type Trouble,
  messageOf,
} from '@concord/core';
import { colours as pc } from '../colours.ts';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { openSystems } from '../compose.ts';
import { entityUnknown } from '../entity-unknown.ts';
import { inLaboratory, type Laboratory } from './lab/opened.ts';

export interface AuditGiven {
  readonly config: string;
  readonly entity?: string;
  readonly baseline?: string;
  readonly accept?: true;
  readonly json?: true;
}

/** Holds the maps against the metadata of the systems. Nothing is written to any of them. */
export async function audit({ config: file, entity, baseline, accept, json }: AuditGiven): Promise<number> {
  return inLaboratory(file, async (laboratory) => {
    const { config, tables } = laboratory;
    if (entity !== undefined && !tables.has(entity)) throw entityUnknown(entity, tables.keys());
    const kept = baseline ?? `${config.ledger.file}.baseline.json`;
    const described = await describeTables(laboratory, entity);
    const before = readBaseline(kept);
    const findings = described.flatMap((one) => [...auditTable(one.table, one.facts), ...changes(one, before)]);
    for (const finding of inOrder(findings)) console.log(json ? JSON.stringify(finding) : lineOf(finding));
    if (!json) console.log(summary(findings));
    if ((accept || before === undefined) && writeBaseline(kept, described, before)) {
      if (!json) console.log(`The metadata as it is now is the baseline: ${kept}`);
    }
    return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
  });
}

interface Described {
  readonly table: Table;
  readonly facts: FactsBySystem;
}

/** What the metadata of all systems says of every entity, or of one. Reads alone, and nothing but metadata. */
async function describeTables({ config, tables }: Laboratory, entity: string | undefined): Promise<readonly Described[]> {
  const systems = await openSystems(config);
  try {
    const described: Described[] = [];
    for (const table of tables.values()) {
      if (entity !== undefined && table.map.entity !== entity) continue;
      const facts = new Map<SystemId, TableFacts | Trouble | undefined>();
      for (const system of systems.filter(({ id }) => table.systems.includes(id)))
        facts.set(system.id, await system.describe?.(table.map.entity));
      described.push({ table, facts });
    }
    return described;
  } finally {
    await Promise.all(systems.map((system) => system.close()));
  }
}

const factsShape = Type.Object({
  kind: Type.Literal('table'),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Union(COLUMN_KINDS.map((kind) => Type.Literal(kind))),
      told: Type.String(),
      charsMax: Type.Optional(Type.Number()),
      scale: Type.Optional(Type.Number()),
      symbols: Type.Optional(Type.Array(Type.String())),
      isRequired: Type.Boolean(),
      canCreate: Type.Boolean(),
      canUpdate: Type.Boolean(),
    }),
  ),
  keys: Type.Array(Type.Array(Type.String())),
  tracksChanges: Type.Optional(Type.Boolean()),
});

/** By `system/entity`. */
const baselineShape = Type.Record(Type.String(), factsShape);
type Baseline = Readonly<Record<string, TableFacts>>;

function readBaseline(file: string): Baseline | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Value.Check(baselineShape, parsed)) return parsed;
  } catch (cause) {
    throw new ConcordError('BASELINE_UNREADABLE', { file, words: messageOf(cause) }, cause);
  }
  throw new ConcordError('BASELINE_UNREADABLE', { file, words: 'it is no baseline' });
}

/** What was not asked this time, or did not answer, stays as it was. Answers whether there was anything to write. */
function writeBaseline(file: string, described: readonly Described[], before: Baseline = {}): boolean {
  const now = described.flatMap(({ table, facts }) =>
    [...facts].flatMap(([system, told]) => (told?.kind === 'table' ? [[`${system}/${table.map.entity}`, told] as const] : [])),
  );
  if (now.length === 0) return false;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...before, ...Object.fromEntries(now) }, undefined, 2)}\n`);
  return true;
}

function changes({ table, facts }: Described, before: Baseline | undefined): readonly AuditFinding[] {
  return [...facts].flatMap(([system, told]) => {
    const was = before?.[`${system}/${table.map.entity}`];
    return was && told?.kind === 'table' ? changedSince(table, system, was, told) : [];
  });
}

const WEIGHT: Readonly<Record<AuditSeverity, number>> = { error: 0, warning: 1, note: 2 };
const COLOURS: Readonly<Record<AuditSeverity, (text: string) => string>> = { error: pc.red, warning: pc.yellow, note: pc.dim };

function inOrder(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  return findings.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

function lineOf({ severity, code, entity, system, field, column, words, fix }: AuditFinding): string {
  const place = [entity, field].filter((part) => part !== undefined).join('.');
  const where = column === undefined ? system : `${system} ${column}`;
  return `${COLOURS[severity](severity)} ${code} ${place} (${where}): ${words}. ${fix}`;
}

function summary(findings: readonly AuditFinding[]): string {
  const count = (severity: AuditSeverity): number => findings.filter((finding) => finding.severity === severity).length;
  return `audit: ${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes`;
}
