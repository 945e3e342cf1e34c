import { systemId } from '@concord/core';
import { expect, test } from 'vitest';
import { openPage } from '../../packages/server/src/demo/page.ts';
import { isHeld } from '../../packages/server/src/demo/scene.ts';
import { scenes } from '../../packages/server/src/demo/scenes/index.ts';
import { openStage } from '../../packages/server/src/demo/stage.ts';
import { openTell } from '../../packages/server/src/demo/tell.ts';
import { unrest } from '../kit/stillness.ts';

/** The story takes about ten seconds of a machine that has nothing else to do. */
const STORY_MS_MAX = 240_000;

test(
  'when the demo has told its scenes and nobody works any more, nothing is read but feeds, and nothing is written or kept',
  async () => {
    const stage = await openStage();
    try {
      await stage.settled();
      const tell = openTell(openPage(() => undefined, false));
      for (const { title, play } of scenes) expect([title, (await play(stage, tell)).every(isHeld)]).toEqual([title, true]);
      await stage.settled();
      // A hook that says nothing has every feed pulled.
      const pullAll = (): void => ['fno', 'ce'].forEach((id) => stage.engine.hint(systemId(id), {}, {}));
      expect(await unrest(stage.engine, pullAll)).toBeUndefined();
      expect(stage.engine.isQuiet()).toBe(true);
    } finally {
      await stage.stop();
    }
  },
  STORY_MS_MAX,
);
