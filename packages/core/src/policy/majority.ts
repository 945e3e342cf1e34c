import { z } from 'zod';
import { sameValue } from '../values.ts';
import { settled } from './answers.ts';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';

const VOTERS_MIN = 3;

/** The value that most systems came to stands; of values with as many votes the one that was set last. */
export const majority = definePolicy({
  name: 'majority',
  summary: 'The value that most systems came to stands.',
  options: z.undefined(),
  make: (_options, setting) => {
    if (setting.systems.length < VOTERS_MIN) {
      setting.warn(
        [],
        'With two systems there is no majority: the later edit always stands.',
        'Write latest, or add the field of a third system (PL11).',
      );
    }
    return (view) => {
      const edits = view.frontier;
      const votes = edits.map((edit) => edits.filter((other) => sameValue(other.value, edit.value)).length);
      const most = Math.max(...votes);
      const winner = must(latestOf(edits.filter((_edit, index) => votes[index] === most)), 'a frontier has at least one edit');
      return settled('majority', winner.value, `${most} of ${edits.length} say so`);
    };
  },
});
