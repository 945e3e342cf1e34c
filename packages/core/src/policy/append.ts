import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { ask, held, settled, through } from './answers.ts';
import { instant } from './edits.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';
import { TEXT_CHARS_MAX } from './text.ts';

const options = block({
  attribution: z.boolean().default(true).describe('Whether each addition is signed with its author and time; default true.'),
  then: innerPolicy.default('manual').describe('Decides when somebody changed what stood there; default manual.'),
})
  .default({ attribution: true, then: 'manual' })
  .describe('How additions are told apart, and what decides when an edit is no addition.');

/**
 * What all sides wrote below the common text is put below one another, in the order of the edits. The text before stays as it is, so that
 * it can be told at all what was added.
 */
export const append = definePolicy({
  name: 'append',
  summary: 'Puts what all sides added at the end below one another, each signed.',
  suits: ['text'],
  traits: { synthetic: true },
  options,
  make: ({ attribution, then }, setting) => {
    const inner = setting.inner(then, ['then'], { weighs: 'edits' });
    return (view) => {
      const base = view.base ?? '';
      const edits = view.frontier;
      if (typeof base !== 'string' || !edits.every(({ value }) => value === null || typeof value === 'string')) {
        return held('append', 'not every value is text', 'C17');
      }
      const added = edits.map((edit) => ({ edit, text: behind(base, edit) }));
      if (added.some(({ text }) => text === undefined)) return through('append', ask(inner, view), 'an edit changed what stood there');
      const parts = newParts(added.map(({ edit, text = '' }) => ({ edit, text })));
      const [only] = parts;
      if (parts.length < 2) return settled('append', only?.edit.value ?? (base === '' ? null : base), 'one side added to it');
      const blocks = parts.map(({ edit, text }) => (attribution ? `${text}\n— ${authorOf(edit)}, ${instant(edit.stamp.ms)}` : text));
      const whole = [...(base === '' ? [] : [base.replace(/\n+$/u, '')]), ...blocks].join('\n');
      if (whole.length > TEXT_CHARS_MAX) return held('append', `longer than ${TEXT_CHARS_MAX} characters`, 'C17');
      return settled('append', whole, `${parts.length} sides added to it`);
    };
  },
});

/** What the edit put behind the base; `undefined` when it changed the base. */
function behind(base: string, { value }: Edit): string | undefined {
  const text = value ?? '';
  return typeof text === 'string' && text.startsWith(base) ? text.slice(base.length) : undefined;
}

interface Added {
  readonly edit: Edit;
  readonly text: string;
}

/** What two of them had both seen stands in both, and is taken once. */
function newParts(added: readonly Added[]): readonly Added[] {
  return added.flatMap(({ edit, text }, index) => {
    const lines = text.replaceAll(/^\n+|\s+$/gu, '').split('\n');
    const shared = Math.max(
      0,
      ...added.slice(0, index).map((earlier) => sharedLines(earlier.text.replace(/^\n+/u, '').split('\n'), lines)),
    );
    const own = lines.slice(shared).join('\n');
    return own === '' ? [] : [{ edit, text: own }];
  });
}

function sharedLines(a: readonly string[], b: readonly string[]): number {
  const differs = b.findIndex((line, index) => line !== a[index]);
  return differs === -1 ? b.length : differs;
}

function authorOf({ by, system }: Edit): string {
  return by === undefined ? system : `${by} (${system})`;
}
