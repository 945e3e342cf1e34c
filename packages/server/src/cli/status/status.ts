import { setTimeout as wait } from 'node:timers/promises';
import { ConcordError } from '@concord/core';
import { colours as pc } from '../../colours.ts';
import { failureWords } from '../../failure.ts';
import { lookAt } from './look.ts';
import { needsSomebody, statusLines } from './words.ts';

export interface StatusGiven {
  readonly url: string;
  readonly once?: boolean;
  readonly every: string;
}

const EVERY_SECONDS_MIN = 0.5;
const EVERY_SECONDS_MAX = 3_600;

/** Tells how the sidecar is: once, or again and again where somebody looks at a terminal. */
export async function status({ url, once = false, every }: StatusGiven): Promise<number> {
  const seconds = Number(every);
  if (!(seconds >= EVERY_SECONDS_MIN && seconds <= EVERY_SECONDS_MAX))
    throw new ConcordError('ASK_WRONG', { words: `"${every}" is no number of seconds from ${EVERY_SECONDS_MIN} to ${EVERY_SECONDS_MAX}` });
  if (!once && process.stdout.isTTY) return followed(url, seconds * 1000);
  const look = await lookAt(url);
  console.log(statusLines(url, look).join('\n'));
  return needsSomebody(look) ? 1 : 0;
}

/** The terminal's other screen: what stood there before comes back at the end. */
const ENTER = '\u001B[?1049h\u001B[?25l';
const LEAVE = '\u001B[?1049l\u001B[?25h';
const CLEAR = '\u001B[H\u001B[J';

async function followed(url: string, everyMs: number): Promise<number> {
  const ending = new AbortController();
  const release = onQuit(() => ending.abort());
  process.stdout.write(ENTER);
  try {
    while (!ending.signal.aborted) {
      const lines = await linesNow(url);
      process.stdout.write(`${CLEAR}${fitting(lines).join('\n')}\n`);
      await wait(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
    return 0;
  } finally {
    process.stdout.write(LEAVE);
    release();
  }
}

/** A sidecar that does not answer just now is news as well, and may come back. */
async function linesNow(url: string): Promise<readonly string[]> {
  const foot = ['', pc.dim(`${new Date().toLocaleTimeString()}   q ends it`)];
  try {
    return [...statusLines(url, await lookAt(url)), ...foot];
  } catch (cause) {
    return [pc.red(failureWords(cause, 'concord status')), ...foot];
  }
}

function fitting(lines: readonly string[]): readonly string[] {
  const most = Math.max(2, (process.stdout.rows ?? lines.length + 1) - 1);
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.at(-1) ?? ''];
}

const CTRL_C = '\u0003';

function onQuit(quit: () => void): () => void {
  const { stdin } = process;
  const onKey = (key: Buffer): void => {
    const text = String(key);
    if (text === 'q' || text === CTRL_C) quit();
  };
  if (stdin.isTTY) stdin.setRawMode(true).resume().on('data', onKey);
  process.once('SIGINT', quit).once('SIGTERM', quit);
  return () => {
    if (stdin.isTTY) stdin.setRawMode(false).pause().off('data', onKey);
    process.off('SIGINT', quit).off('SIGTERM', quit);
  };
}
