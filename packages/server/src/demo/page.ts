import pc from 'picocolors';

/** Lines of at most `WIDTH` characters: a label, and words that hang beside it. */
export interface Page {
  readonly colours: ReturnType<typeof pc.createColors>;
  /** Words from the left edge on. */
  line(words?: string, colour?: Colour): void;
  /** Words below what has a number. */
  text(words: string, colour?: Colour): void;
  /** A label, and words beside it. */
  row(label: string, words: string, colour?: Colour): void;
}

export type Colour = (text: string) => string;

const WIDTH = 100;
const INDENT = 4;
const LABEL = 11;

/** Colours where somebody looks at a terminal and has not asked for none. */
export function openPage(write: (text: string) => void, isColourful: boolean): Page {
  const colours = pc.createColors(isColourful);
  const plain: Colour = (text) => text;
  return {
    colours,
    line(words = '', colour = plain) {
      for (const line of wrapped(words, WIDTH)) write(`${colour(line)}\n`);
    },
    text(words, colour = plain) {
      for (const line of wrapped(words, WIDTH - INDENT)) write(`${' '.repeat(INDENT)}${colour(line)}\n`);
    },
    row(label, words, colour = plain) {
      const [first = '', ...rest] = wrapped(words, WIDTH - INDENT - LABEL);
      write(`${' '.repeat(INDENT)}${colour(label.padEnd(LABEL))}${first}\n`);
      for (const line of rest) write(`${' '.repeat(INDENT + LABEL)}${line}\n`);
    },
  };
}

/** Cut at spaces; a word that is too long for a line stands alone on one. */
function wrapped(words: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
