import type { EntityName, RecordId } from '../../ids.ts';
import type { RegisterRule, Table } from '../../map/compile.ts';
import { placeOf, type Facts, type RegisterFacts } from '../facts.ts';
import type { Tables } from '../replay.ts';

export type LintCode =
  `PL${'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10' | '11' | '12' | '13' | '14' | '15' | '16' | '17' | '18' | '19' | '20'}`;

/** `error`: it does harm already, or cannot work. `warning`: it will, or costs something. `notice`: worth a look. */
export type Severity = 'error' | 'warning' | 'notice';

/** Something about a policy that looks unintended. */
export interface Finding {
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
  readonly facts?: Facts;
}

/** One rule. Those that need a ledger find nothing without one. */
export interface LintRule {
  readonly code: LintCode;
  /** What it warns of. */
  readonly title: string;
  readonly needs: 'configuration' | 'ledger';
  readonly check: (subject: LintSubject) => readonly Finding[];
}

export interface Place {
  readonly table: Table;
  readonly rule: RegisterRule;
  readonly policy: string;
  readonly facts: RegisterFacts | undefined;
}

export function places({ tables, facts }: LintSubject, policies?: readonly string[]): readonly Place[] {
  return [...tables.values()].flatMap((table) =>
    [...table.registers.values()]
      .map((rule) => ({ table, rule, policy: rule.map.policy.name, facts: facts?.registers.get(placeOf(table.map.entity, rule.name)) }))
      .filter(({ policy }) => policies === undefined || policies.includes(policy)),
  );
}

/** The same for registers that the ledger tells something of. */
export function known(subject: LintSubject, policies?: readonly string[]): readonly (Place & { readonly facts: RegisterFacts })[] {
  return places(subject, policies).flatMap((place) => (place.facts ? [{ ...place, facts: place.facts }] : []));
}

interface Said {
  readonly severity: Severity;
  readonly evidence: string;
  readonly change: string;
  readonly records?: readonly RecordId[] | undefined;
}

export function finding(code: LintCode, { table, rule }: Pick<Place, 'table' | 'rule'>, said: Said): Finding {
  const { records = [], ...rest } = said;
  return { code, entity: table.map.entity, register: rule.name, records, ...rest };
}

/** The line of the configuration that would give a register another policy. */
export function policyLine({ table, rule }: Pick<Place, 'table' | 'rule'>, policy: string): string {
  const part = rule.fields.length > 1 ? 'groups' : 'fields';
  return `entities: { ${table.map.entity}: { ${part}: { ${rule.name}: { policy: ${policy} } } } }`;
}

export function share(part: number, whole: number): string {
  return `${part} of ${whole}`;
}
