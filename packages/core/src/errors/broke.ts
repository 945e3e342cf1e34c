import { ConcordError } from './concord-error.ts';

/** What broke, in words of ours alone. */
export interface Broke {
  /** The code of the catalogue, or the kind of error. */
  readonly error: string;
  /** Where in the code, the nearest place first. */
  readonly at: string;
}

const FRAMES_MAX = 12;
const CAUSES_MAX = 3;

/**
 * What a log may tell of something that was thrown: its kind, and where. Never its message: a parser quotes what it could not read, a database what
 * it could not keep, and that is somebody's value.
 */
export function brokeOf(cause: unknown): Broke {
  const chain: Error[] = [];
  for (let one = cause; one instanceof Error && chain.length < CAUSES_MAX; one = one.cause) chain.push(one);
  const error = chain.map((one) => (one instanceof ConcordError ? one.code : one.name)).join(' < ');
  return { error: error === '' ? typeof cause : error, at: chain.map(framesOf).join(' < ') };
}

/** The stack without the message that it begins with; nothing where that cannot be told apart. */
function framesOf({ name, message, stack = '' }: Error): string {
  const head = [`${name}: ${message}`, `Error: ${message}`].find((words) => stack.startsWith(words));
  if (head === undefined) return '';
  const frames = stack
    .slice(head.length)
    .split('\n')
    .map((line) => line.trim());
  return frames
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES_MAX)
    .join(' ');
}
