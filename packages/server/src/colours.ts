import { isatty } from 'node:tty';
import pc from 'picocolors';

/**
 * Whether somebody looks at a terminal and has not asked for none. Not `stdout.isTTY`, which is undefined where there is no terminal, nor what
 * the library takes by itself: that is decided by whether `CI` is set.
 */
export const isColourful = isatty(1) && !process.env['NO_COLOR'];

/** For what commands print. */
export const colours = pc.createColors(isColourful);
