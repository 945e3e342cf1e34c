import { tellFault } from '@concord/core';
import { examineLenses } from '../compose.ts';
import { faultsOf, readConfig } from './config-file.ts';

/** Names every fault of a configuration, each with its line and what to write instead. */
export async function check(file: string): Promise<number> {
  const read = readConfig(file);
  const faults = await faultsOf(file, read);
  if (read.kind === 'faults' || faults.length > 0) {
    for (const fault of faults) console.error(tellFault(fault));
    console.error(`\n${faults.length} fault(s). Nothing of the configuration was applied.`);
    return 1;
  }
  const { config, warnings, place } = read;
  for (const warning of [...warnings, ...(await examineLenses(config)).map(place)]) console.log(tellFault(warning));
  const fields = config.entities.reduce(
    (sum, { registers }) => sum + registers.reduce((count, { fields: { length } }) => count + length, 0),
    0,
  );
  console.log(`${file} is in order: ${Object.keys(config.systems).length} systems, ${config.entities.length} entities, ${fields} fields.`);
  return 0;
}
