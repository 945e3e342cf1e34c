import { ConcordError, PRESET_NAMES } from '@concord/core';
import type { Command } from 'commander';
import { labApply, type ApplyGiven } from './apply.ts';
import type { Where } from './asked.ts';
import { labForecast, labSuggest, type ForecastGiven } from './forecast.ts';
import { labLint, type LintGiven } from './lint.ts';
import { planPolicies, type PlanGiven } from './policy-plan.ts';
import { planEvolution } from '../evolution.ts';
import { labProve, type ProveGiven } from './prove.ts';
import { labReplay, type ReplayGiven } from './replay.ts';

type Does = <Given extends unknown[]>(command: (...given: Given) => Promise<number>) => (...given: Given) => Promise<void>;

const CONFIG = ['--config <file>', 'the configuration, for example concord.yaml'] as const;
const AT_URL = ['--url <url>', 'ask the sidecar that runs there, which holds the ledger'] as const;

/** Before a configuration is changed: what comes of it. */
export function planCommand(program: Command, does: Does): void {
  program
    .command('plan')
    .description(
      'tell what a configuration changes for the records that exist, or each write that other policies would lead to; writes nothing. Status 2: there is something, 0: there is nothing',
    )
    .option('--policies <file>', 'the policies as they are to be: a whole configuration, or only what differs')
    .option(...CONFIG)
    .option(...AT_URL)
    .option('--entity <name>', 'only this entity')
    .option('--json', 'one JSON object a line')
    .action(does((given: Planned) => plan(given)));
}

type Planned = Where & Pick<PlanGiven, 'entity' | 'json'> & { readonly policies?: string };

function plan({ policies, config, ...given }: Planned): Promise<number> {
  if (policies !== undefined) return planPolicies({ policies, ...(config === undefined ? {} : { config }), ...given });
  if (config !== undefined) return planEvolution({ config, ...given });
  throw new ConcordError('ASK_WRONG', {
    words: 'give --config <file> of the configuration that is to run; --policies <file> for policies alone',
  });
}

/** `concord lab`: policies tried against the real history. */
export function labCommands(program: Command, does: Does): void {
  const lab = program.command('lab').description('try policies against the history: what would be different, what should be');
  lab
    .command('replay')
    .description('play the history under other policies, and tell what would be different; writes nothing')
    .option(...CONFIG)
    .option(...AT_URL)
    .option('--policies <file>', 'other policies: a whole configuration, or only what differs')
    .option('--preset <name>', `a way of whole rows: ${PRESET_NAMES.join(', ')}`)
    .option('--since <time>', 'count only what was edited since: an instant, or 7d, 12h, 30m')
    .option('--entity <name>', 'only this entity')
    .option('--examples <n>', 'records to show for each register')
    .option('--losses <n>', 'lost edits to list')
    .option('--json', 'as JSON')
    .action(does((given: ReplayGiven) => labReplay(given)));
  lab
    .command('apply')
    .description('bring merged values to where other policies would have them: a list first, then, if you agree, the changes')
    .option(...CONFIG)
    .option(...AT_URL)
    .requiredOption('--policies <file>', 'other policies: a whole configuration, or only what differs')
    .requiredOption('--by <name>', 'who agrees to it; kept with every change')
    .option('--note <words>', 'why; kept with every change')
    .option('--entity <name>', 'only this entity')
    .option('--review <list>', 'the name of the list that was reviewed; refused if it has moved')
    .option('--yes', 'change whatever the list says')
    .action(does((given: ApplyGiven) => labApply(given)));
  lab
    .command('lint')
    .description('name policies that look unintended, with the evidence')
    .option(...CONFIG)
    .option(...AT_URL)
    .option('--static', 'look at the configuration alone')
    .option('--json', 'as JSON')
    .action(does((given: LintGiven) => labLint(given)));
  lab
    .command('forecast')
    .description('how many conflicts a day are to be expected, and what a shorter lag would save')
    .option(...CONFIG)
    .option(...AT_URL)
    .option('--lag <seconds>', 'instead of what the history tells')
    .option('--json', 'as JSON')
    .action(does((given: ForecastGiven) => labForecast(given)));
  lab
    .command('suggest')
    .description('policies learnt from who really edits what, as an overlay')
    .option(...CONFIG)
    .option(...AT_URL)
    .action(does((given: Where) => labSuggest(given)));
  lab
    .command('prove')
    .description('recompute merged values from the stored edits alone')
    .argument('[record]', 'the id of a record')
    .option(...CONFIG)
    .option(...AT_URL)
    .option('--all', 'every record')
    .action(does((id: string | undefined, given: ProveGiven) => labProve(id, given)));
}
