import { z } from 'zod';
import { settled } from './answers.ts';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';
import { isEmpty } from '../values.ts';

const options = z.string().optional().describe('The system whose value is shown; left out: the latest of all.');

/** Kept in the history and written to no system: each has a value of its own. */
export const local = definePolicy({
  name: 'local',
  summary: 'Each system keeps its own value; nothing is written.',
  traits: { gate: true, local: true },
  options,
  mentions: (system) => (system === undefined ? {} : { systems: [system] }),
  make: (system) => (view) => {
    const own = latestOf(view.frontier.filter((edit) => system === undefined || edit.system === system || edit.system === 'person'));
    if (own) return settled('local', own.value, `${own.system} shows its own value`);
    if (view.base !== undefined && !isEmpty(view.base)) return settled('local', view.base, `only what ${system ?? ''} says is shown`);
    const seed = must(latestOf(view.frontier), 'a frontier has at least one edit');
    return settled('local', seed.value, `${system ?? ''} has said nothing yet; ${seed.system} has`);
  },
});
