import type { Opened, SystemContext, SystemFactory } from './shared/opening.ts';

/** Every adapter, by the name that the configuration uses. A new one is one folder and one line here; it is loaded when it is used. */
export const systems: Readonly<Record<string, SystemFactory>> = {
  dataverse: async (raw, context) => (await import('./systems/dataverse/open.ts')).openDataverse(raw, context),
  finops: async (raw, context) => (await import('./systems/finops/open.ts')).openFinops(raw, context),
  memory: async (raw, context) => (await import('./systems/memory/open.ts')).openMemory(raw, context),
};

/** Opens a system by its adapter's name; an unknown name is a fault that lists the known ones. */
export async function openSystem(adapter: string, raw: unknown, context: SystemContext): Promise<Opened> {
  const factory = Object.hasOwn(systems, adapter) ? systems[adapter] : undefined;
  if (factory) return factory(raw, context);
  const known = Object.keys(systems).join(', ');
  return { kind: 'faults', faults: [{ path: ['adapter'], text: `There is no adapter "${adapter}". Use one of: ${known}.` }] };
}
