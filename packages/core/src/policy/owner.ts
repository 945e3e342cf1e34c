import { z } from 'zod';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';
import { isEmpty } from '../values.ts';

/**
 * Only one system may change the register; an edit made elsewhere is undone there and kept in the history.
 * Until the owner, or anybody, has filled it, the others may.
 */
export const owner = definePolicy({
  name: 'owner',
  summary: 'Only the named system may change it; edits made elsewhere are undone.',
  traits: { gate: true },
  options: z.string().describe('The system that owns the field.'),
  mentions: (system) => ({ systems: [system] }),
  make: (system) => (view) => {
    const own = latestOf(view.frontier.filter((edit) => edit.system === system || edit.system === 'person'));
    if (own) return { kind: 'settled', value: own.value, rule: 'owner', reason: `${own.system} owns this` };
    if (view.base !== undefined && !isEmpty(view.base)) {
      return { kind: 'settled', value: view.base, rule: 'owner', reason: `only ${system} may change this` };
    }
    const seed = must(latestOf(view.frontier), 'a frontier has at least one edit');
    return { kind: 'settled', value: seed.value, rule: 'owner', reason: `${system} has not filled it yet; ${seed.system} has` };
  },
});
