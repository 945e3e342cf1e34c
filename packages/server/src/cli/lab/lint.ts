import { existsSync } from 'node:fs';
import { gatherFacts, lint, type Finding } from '@concord/core';
import { loadConfig } from '../config-file.ts';
import { inLaboratory, STOP_IT, tablesOf } from './opened.ts';

export interface LintGiven {
  readonly config: string;
  /** Looks at the configuration alone. */
  readonly static?: boolean;
  readonly json?: boolean;
}

/** Names what looks unintended in the policies, with the evidence. Answers 1 when something does harm already. */
export async function labLint(given: LintGiven): Promise<number> {
  const config = loadConfig(given.config);
  if (given.static === true || !existsSync(config.ledger.file)) return print(lint({ tables: tablesOf(config.entities) }), given);
  return inLaboratory(given.config, `${STOP_IT} Or give --static, which looks at the configuration alone.`, async ({ tables, ledger }) =>
    print(lint({ tables, facts: await gatherFacts(ledger, tables) }), given),
  );
}

function print(findings: readonly Finding[], { json = false }: LintGiven): number {
  console.log(json ? JSON.stringify(findings, undefined, 2) : findings.flatMap(linesOf).join('\n'));
  if (!json) console.log(findings.length === 0 ? 'Nothing looks unintended.' : `\n${findings.length} finding(s)`);
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function linesOf({ code, severity, entity, register, evidence, change, records }: Finding): readonly string[] {
  const examples = records.length === 0 ? [] : [`      for example ${records.join(', ')}`];
  return [
    `${code} ${severity.padEnd(7)} ${entity}${register === undefined ? '' : `.${register}`}: ${evidence}`,
    ...examples,
    `      ${change}`,
  ];
}
