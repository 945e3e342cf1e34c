import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ConcordError, messageOf } from '@concord/core';
import { configurationOf, decisionsIn } from '../dual-write/configuration.ts';
import { convert } from '../dual-write/convert.ts';
import { readPublicEntities } from '../dual-write/names.ts';
import { readTableMaps } from '../dual-write/table-maps.ts';

export interface DualWriteGiven {
  readonly to: string;
  readonly finops?: string;
}

/** Turns exported table maps of dual-write into a configuration. Never writes over a file. */
export function importDualWrite(files: readonly string[], { to, finops }: DualWriteGiven): Promise<number> {
  if (existsSync(to)) throw new ConcordError('FILE_IN_THE_WAY', { file: to });
  const maps = files.flatMap((file) => readTableMaps(read(file), file));
  const entities = convert(maps, finops === undefined ? [] : readPublicEntities(read(finops), finops));
  const text = configurationOf(entities);
  writeFileSync(to, text);
  const fields = entities.reduce((sum, entity) => sum + entity.fields.length, 0);
  console.log(`${to}: ${entities.length} entities, ${fields} fields; ${decisionsIn(text)} places are marked DECIDE.`);
  if (finops === undefined) console.log('With --finops <answer of /Metadata/PublicEntities> the columns are spelt as OData spells them.');
  console.log(`Look through them, then: concord check ${to}`);
  return Promise.resolve(0);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConcordError('DUAL_WRITE_UNREADABLE', { file, words: messageOf(cause) }, cause);
  }
}
