import type { JsonObject } from '@concord/core';
import type { Page } from './page.ts';
import type { Deed } from './people.ts';
import type { ChangeTold } from './rest.ts';
import { isHeld, type Check } from './scene.ts';
import { historyWords, told, valueWords, type Spoken } from './words.ts';

/** Tells a scene while it is played. */
export interface Tell {
  title(number: number, title: string, about: string): void;
  /** What somebody did in their own system. */
  deeds(...deeds: readonly Deed[]): void;
  /** What the demo did to the systems, or measured. */
  note(words: string): void;
  /** What Concord's history says. */
  history(changes: readonly ChangeTold[]): void;
  /** What a system holds now. */
  holds(system: string, row: JsonObject | undefined, columns: readonly string[]): void;
  verdict(checks: readonly Check[]): void;
  broke(words: string): void;
}

export function openTell({ colours, line, text, row }: Page): Tell {
  const colourOf = (system: string) => (system === 'ce' ? colours.cyan : system === 'fno' ? colours.magenta : colours.yellow);

  function say({ label, words }: Spoken): void {
    const [, who = ''] = label.trim().split(' ');
    const colour = who === 'merged' ? colours.green : label.includes('lost') ? colours.dim : colourOf(who);
    row(label, words, colour);
  }

  return {
    title(number, title, about) {
      line();
      line(`${number}. ${title}`, colours.bold);
      text(about, colours.dim);
    },
    deeds(...deeds) {
      for (const deed of deeds) row(`${deed.who} (${deed.system})`, deedWords(deed), colourOf(deed.system));
    },
    note: (words) => row('·', words, colours.dim),
    history(changes) {
      const spoken = historyWords(changes);
      for (const one of spoken) say(one);
      if (isPlainMerge(changes)) row('   merged', 'nothing had to be decided: no two edits touched the same field', colours.green);
    },
    holds(system, found, columns) {
      const words = found === undefined ? 'no such row' : valueWords(Object.fromEntries(columns.map((column) => [column, found[column]])));
      row(`${system} now`, words, colourOf(system));
    },
    verdict(checks) {
      const wrong = checks.filter((check) => !isHeld(check));
      if (wrong.length === 0) row('✓ held', checks.map(({ what }) => what).join('; '), colours.green);
      for (const { what, expected, found } of wrong) {
        row('✗ NOT held', `${what}: expected ${told(expected)}, found ${told(found)}`, colours.red);
      }
    },
    broke: (words) => row('✗ NOT held', words, colours.red),
  };
}

/** Several systems edited, and no rule was asked. */
function isPlainMerge(changes: readonly ChangeTold[]): boolean {
  return new Set(changes.map(({ system }) => system)).size > 1 && changes.every(({ resolutions }) => resolutions.length === 0);
}

function deedWords({ what, at, columns }: Deed): string {
  const set = at.split('(')[0] ?? at;
  const number = /'([^']+)'\)$/.exec(at)?.[1];
  const row = number === undefined ? set : `${set} ${number}`;
  const changes = Object.entries(columns).map(([column, value]) => `${column} → ${told(value)}`);
  return changes.length === 0 ? `${what} ${row}` : `${what} ${row}: ${changes.join(', ')}`;
}
