import type * as core from '@concord/core';

/** The core that is simulated: the one that ships, or one with a fault planted in it. */
export type Core = typeof core;
