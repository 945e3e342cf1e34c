import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Every page for people: decisions of long ago are left as they were written. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.md') && !file.startsWith('adr'),
  );
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs.map((file) => relative(ROOT, join(ROOT, 'docs', file))).toSorted()];
}

/** The commands that a page gives to be typed, one after another. A command may have several lines. */
export function commandsIn(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gmsu)].map(([, block = '']) => block);
  return blocks.flatMap((block) => {
    const commands: string[] = [];
    for (const line of block.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
      const last = commands.at(-1);
      if (last !== undefined && /[\\|]$/u.test(last)) commands[commands.length - 1] = `${last}\n${line}`;
      else commands.push(line);
    }
    return commands;
  });
}

/** A code block of a page, by how it begins. */
export function blockIn(page: string, language: string, begins: string): string {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gmsu'))].map(([, block = '']) => block);
  const found = blocks.find((block) => block.startsWith(begins));
  if (found === undefined) throw new Error(`${page} has no ${language} that begins with ${begins}`);
  return found;
}
