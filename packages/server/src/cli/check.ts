import { tellFault } from '@concord/core';
import { examine } from '../compose.ts';
import { readConfig } from './config-file.ts';

/** Names every fault of a configuration, each with its line and what to write instead. */
export async function check(file: string): Promise<number> {
  const read = readConfig(file);
  if (read.kind === 'faults') {
    for (const fault of read.faults) console.error(tellFault(fault));
    console.error(`\n${read.faults.length} fault(s). Nothing of the configuration was applied.`);
    return 1;
  }
  const { config, warnings } = read;
  for (const warning of warnings) console.log(tellFault(warning));
  const { faults, warnings: further } = await examine(config);
  for (const words of further) console.log(`${file}  ${words}`);
  for (const words of faults) console.error(`${file}  ${words}`);
  if (faults.length > 0) return 1;
  const fields = config.entities.reduce(
    (sum, { registers }) => sum + registers.reduce((count, { fields: { length } }) => count + length, 0),
    0,
  );
  console.log(`${file} is in order: ${Object.keys(config.systems).length} systems, ${config.entities.length} entities, ${fields} fields.`);
  return 0;
}
