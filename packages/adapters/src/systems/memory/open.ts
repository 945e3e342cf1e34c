import { z } from 'zod';
import { opened } from '../../shared/opening.ts';
import type { Opened, SystemContext } from '../../shared/opening.ts';
import { memory } from './memory.ts';

const memoryOptions = z.strictObject({ pageRows: z.number().int().min(1).optional() });

export function openMemory(raw: unknown, { id, bindings }: SystemContext): Opened {
  return opened(memoryOptions, raw, ({ pageRows }) => memory({ id, bindings, ...(pageRows === undefined ? {} : { pageRows }) }));
}
