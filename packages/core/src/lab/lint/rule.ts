import type { EntityName, RecordId } from '../../ids.ts';
import type { RegisterRule, Table } from '../../map/compile.ts';
import type { Registry } from '../../policy/make.ts';
import { placeOf, type Facts, type RegisterFacts } from '../facts.ts';
import type { Tables } from '../replay.ts';
import { policyWith } from './change.ts';
import { policiesWithin, type UsedPolicy } from './within.ts';

export type LintCode =
  `PL${'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10' | '11' | '12' | '13' | '14' | '15' | '16' | '17' | '18' | '19' | '20'}`;

/** `error`: it does harm already, or cannot work. `warning`: it will, or costs something. `notice`: worth a look. */
export type Severity = 'error' | 'warning' | 'notice';

/** Something about a policy that looks unintended. */
export interface LintFinding {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly entity: EntityName;
  readonly register?: string;
  /** What it is seen by, in numbers where there are any. */
  readonly evidence: string;
  readonly records: readonly RecordId[];
  /** What to write instead. */
  readonly change: string;
}

/** What is looked at: the configuration, and what the ledger tells, where there is one. */
export interface LintSubject {
  readonly tables: Tables;
  /** Every policy that the tables use: those of the registry, and the configuration's own. */
  readonly kinds: Registry;
  readonly facts?: Facts;
}

/** One rule. Those that need a ledger find nothing without one. */
export interface LintRule {
  readonly code: LintCode;
  /** What it warns of. */
  readonly title: string;
  readonly needs: 'configuration' | 'ledger';
  readonly check: (subject: LintSubject) => readonly LintFinding[];
}

/** A policy in use, and what it is used for. */
export interface LintPlace {
  readonly table: Table;
  readonly rule: RegisterRule;
  readonly facts: RegisterFacts | undefined;
  readonly used: UsedPolicy;
}

/** Every register with its own policy, whatever is within it. */
export function registers({ tables, kinds, facts }: LintSubject): readonly LintPlace[] {
  return placesIn(tables, facts, (table, rule) => policiesWithin(kinds, table, rule).slice(0, 1));
}

/** Every place where one of these policies is used, also within another. */
export function uses({ tables, kinds, facts }: LintSubject, names: readonly string[]): readonly LintPlace[] {
  return placesIn(tables, facts, (table, rule) => policiesWithin(kinds, table, rule).filter(({ name }) => names.includes(name)));
}

function placesIn(
  tables: Tables,
  facts: Facts | undefined,
  usedIn: (table: Table, rule: RegisterRule) => readonly UsedPolicy[],
): readonly LintPlace[] {
  return [...tables.values()].flatMap((table) =>
    [...table.registers.values()].flatMap((rule) =>
      usedIn(table, rule).map((used) => ({ table, rule, used, facts: facts?.registers.get(placeOf(table.map.entity, rule.name)) })),
    ),
  );
}

/** Those of which the ledger tells something. */
export function known(places: readonly LintPlace[]): readonly (LintPlace & { readonly facts: RegisterFacts })[] {
  return places.flatMap((place) => (place.facts ? [{ ...place, facts: place.facts }] : []));
}

/** Those that decide a register by themselves, and not within another policy. */
export function outermost(places: readonly LintPlace[]): readonly LintPlace[] {
  return places.filter(({ used }) => used.at.length === 0);
}

interface Said {
  readonly severity: Severity;
  readonly evidence: string;
  readonly change: string;
  readonly records?: readonly RecordId[] | undefined;
}

export function finding(code: LintCode, { table, rule }: Pick<LintPlace, 'table' | 'rule'>, said: Said): LintFinding {
  const { records = [], ...rest } = said;
  return { code, entity: table.map.entity, register: rule.name, records, ...rest };
}

/** The line of the configuration that would put another policy in this place. */
export function policyLine({ table, rule, used }: Pick<LintPlace, 'table' | 'rule' | 'used'>, policy: string): string {
  const part = rule.fields.length > 1 ? 'groups' : 'fields';
  const words = policyWith(rule.map.policy, used.at, policy);
  return `entities: { ${table.map.entity}: { ${part}: { ${rule.name}: { policy: ${words} } } } }`;
}

export function share(part: number, whole: number): string {
  return `${part} of ${whole}`;
}
