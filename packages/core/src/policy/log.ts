import { z } from 'zod';
import { held, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block } from './spec.ts';
import { TEXT_CHARS_MAX } from './text.ts';

const BREAKS = { lines: '\n', paragraphs: '\n\n' } as const;
const options = block({
  entries: z.enum(['lines', 'paragraphs']).default('lines').describe('What one entry is; default lines.'),
  newest: z.enum(['first', 'last']).default('last').describe('Where new entries stand; default last.'),
})
  .default({ entries: 'lines', newest: 'last' })
  .describe('What one entry is, and where new ones stand.');

/** Entries are only ever added: those of all sides, in the order of their edits, each once. What one side takes out another still has. */
export const log = definePolicy({
  name: 'log',
  summary: 'Keeps the entries of all sides, each once, in the order of their edits.',
  suits: ['text'],
  traits: { synthetic: true },
  options,
  make:
    ({ entries, newest }) =>
    (view) => {
      const gap = BREAKS[entries];
      const texts = [view.base ?? null, ...view.frontier.map((edit) => edit.value)];
      const told = texts.flatMap((value) => (value === null ? [[]] : typeof value === 'string' ? [entriesOf(value, entries)] : []));
      if (told.length < texts.length) return held('log', 'not every value is text', 'C17');
      const [before = [], ...sides] = told;
      const known = new Set(before);
      // Newest first, each side's new entries are a block above the older ones.
      const blocks = sides.map((side) => side.filter((entry) => !known.has(entry) && known.add(entry)));
      const all = newest === 'last' ? [...before, ...blocks.flat()] : [...blocks.toReversed().flat(), ...before];
      const whole = all.join(gap);
      if (whole.length > TEXT_CHARS_MAX) return held('log', `longer than ${TEXT_CHARS_MAX} characters`, 'C17');
      return settled('log', whole === '' ? null : whole, `the entries of all sides, ${blocks.flat().length} of them new`);
    },
});

function entriesOf(text: string, unit: keyof typeof BREAKS): readonly string[] {
  return text.split(unit === 'lines' ? /\n/u : /\n\s*\n/u).filter((entry) => entry.trim() !== '');
}
