import { z } from 'zod';
import { ask, held, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import type { Resolution } from './policy.ts';
import { innerPolicy } from './spec.ts';

const options = z.array(innerPolicy).min(2).describe('Policies; where one would hold, the next is asked.');

/** The first policy that settles decides. When none does, the last one's reason is the one that people read. */
export const chain = definePolicy({
  name: 'chain',
  summary: 'Asks one policy after the other, until one decides.',
  options,
  make: (words, setting) => {
    const links = words.map((item, index) => setting.inner(item, [index]));
    return (view) => {
      const passed: string[] = [];
      let last: Resolution = held('chain', 'no policy');
      for (const link of links) {
        last = ask(link, view);
        if (last.kind === 'settled') break;
        passed.push(`not ${last.rule} (${last.reason})`);
      }
      const before = last.kind === 'settled' ? passed : passed.slice(0, -1);
      return through('chain', last, before.length === 0 ? undefined : before.join(', '));
    };
  },
});
