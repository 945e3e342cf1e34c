import { existsSync } from 'node:fs';
import { ConcordError, gatherFacts, lint } from '@concord/core';
import { loadConfig } from '../config-file.ts';
import { lintShape, tellLint, type LintTold } from '../../views/habits.ts';
import { either, getFrom, type Where } from './asked.ts';
import { inLaboratory, withLedger } from './opened.ts';

export interface LintGiven extends Where {
  /** Looks at the configuration alone. */
  readonly static?: boolean;
  readonly json?: boolean;
}

/** Names what looks unintended in the policies, with the evidence. Answers 1 when something does harm already. */
export async function labLint(given: LintGiven): Promise<number> {
  return either(
    given,
    async (url) => {
      if (given.static === true) throw new ConcordError('ASK_WRONG', { words: '--static looks at a configuration: give --config' });
      return print(await getFrom(`${url}/v1/lab/lint`, lintShape), given);
    },
    (config) => {
      if (given.static === true || !existsSync(loadConfig(config).ledger.file))
        return inLaboratory(config, async ({ tables, kinds }) => print(tellLint(lint({ tables, kinds })), given));
      return withLedger(config, async ({ tables, kinds, ledger }) =>
        print(tellLint(lint({ tables, kinds, facts: await gatherFacts(ledger, tables) })), given),
      );
    },
  );
}

function print({ findings }: LintTold, { json = false }: LintGiven): number {
  console.log(json ? JSON.stringify(findings, undefined, 2) : findings.flatMap(linesOf).join('\n'));
  if (!json) console.log(findings.length === 0 ? 'Nothing looks unintended.' : `\n${findings.length} finding(s)`);
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function linesOf({ code, severity, entity, register, evidence, change, records }: LintTold['findings'][number]): readonly string[] {
  const examples = records.length === 0 ? [] : [`      for example ${records.join(', ')}`];
  return [
    `${code} ${severity.padEnd(7)} ${entity}${register === undefined ? '' : `.${register}`}: ${evidence}`,
    ...examples,
    `      ${change}`,
  ];
}
