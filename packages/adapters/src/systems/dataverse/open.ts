import { opened } from '../../shared/opening.ts';
import type { Opened, SystemContext } from '../../shared/opening.ts';
import { dataverse } from './dataverse.ts';
import { dataverseOptions } from './options.ts';

export function openDataverse(raw: unknown, context: SystemContext): Opened {
  return opened(dataverseOptions, raw, (options) => dataverse(options, context));
}
