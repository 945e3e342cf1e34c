import { faultsOf, opened } from '../../shared/opening.ts';
import type { Opened, SystemContext } from '../../shared/opening.ts';
import { finops } from './finops.ts';
import { finopsOptions, wordsOf } from './options.ts';

export function openFinops(raw: unknown, context: SystemContext): Opened {
  const faults = context.bindings.flatMap((binding) => {
    const words = wordsOf(binding);
    return 'fault' in words ? [{ path: [], text: words.fault, entity: binding.entity }] : [];
  });
  if (faults.length === 0) return opened(finopsOptions, raw, (options) => finops(options, context));
  const parsed = finopsOptions.safeParse(raw);
  return { kind: 'faults', faults: [...(parsed.success ? [] : faultsOf(parsed.error, finopsOptions)), ...faults] };
}
