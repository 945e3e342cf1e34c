import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand, startCommand } from './command.ts';

/** The story takes about ten seconds of a machine that has nothing else to do. */
const STORY_MS_MAX = 240_000;
const SCENES = 11;
const WIDTH = 100;

describe('the demo, told once', () => {
  let told: Awaited<ReturnType<typeof runCommand>> = { status: 'not run', printed: '' };
  const lines = (): readonly string[] => told.printed.trimEnd().split('\n');

  beforeAll(async () => {
    told = await runCommand(['demo', '--once']);
  }, STORY_MS_MAX);

  test('all scenes end as told, and the last line and the status say so', () => {
    expect(lines().filter((line) => line.includes('NOT held'))).toEqual([]);
    expect(lines().at(-1)).toBe(`scenes: ${SCENES} held, 0 failed`);
    expect(told.status).toBe(0);
  });

  test('every scene has a title with its number and a verdict', () => {
    const titles = lines().flatMap((line) => /^(\d+)\. ./.exec(line)?.[1] ?? []);
    expect(titles).toEqual(Array.from({ length: SCENES }, (_, index) => String(index + 1)));
    expect(lines().filter((line) => line.startsWith('    ✓ held ')).length).toBe(SCENES);
  });

  test('what was merged is told with its rule and its reason', () => {
    expect(told.printed).toMatch(/merged {2}boltsOnHand 70\. Rule counter: 100 - 50 \(ce\) \+ 20 \(fno\)/);
    expect(told.printed).toMatch(/merged {2}street .*Rule latest: fno edited last/);
    expect(told.printed).toMatch(/waits {3}status waits for a person\. Rule rank: /);
    expect(told.printed).toMatch(/merged {2}record “live”\. Rule update-wins: /);
  });

  test('where nobody looks at a terminal it is plain text that fits one', () => {
    expect(lines().filter((line) => line.length > WIDTH)).toEqual([]);
    expect(told.printed.includes('\u001B')).toBe(false);
  });
});

describe('the demo, kept running', () => {
  test(
    'it invites to look around, people go on working, and it ends cleanly when it is asked to',
    async () => {
      const demo = startCommand(['demo']);
      const url = await demo.prints(/curl '(http:\/\/127\.0\.0\.1:\d+)\/healthz'/);
      const answer = await fetch(`${url}/healthz`);
      expect(await answer.json()).toMatchObject({ status: 'ok' });
      await demo.prints(/(In \w+ after \d+ ms\.)/);
      demo.stop('SIGINT');
      expect(await demo.ended).toBe(0);
      expect(demo.printed()).toContain('Stopped.');
    },
    STORY_MS_MAX,
  );
});
