import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@concord/core';
import type { Stage } from './stage.ts';
import type { Tell } from './tell.ts';

/** Something that must be so at the end of a scene, and what was found. */
export interface Check {
  readonly what: string;
  readonly expected: Json | undefined;
  readonly found: Json | undefined;
}

/** A conflict that the demo stages and tells. Everything that it tells is read back from the REST API and from both systems. */
export interface Scene {
  readonly title: string;
  /** What happens, and what would go wrong without Concord. */
  readonly about: string;
  play(stage: Stage, tell: Tell): Promise<readonly Check[]>;
}

export function isHeld({ expected, found }: Check): boolean {
  return isDeepStrictEqual(expected, found);
}
