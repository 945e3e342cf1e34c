import { messageOf } from '@concord/core';
import { untilStopped } from '../cli/stop-signal.ts';
import { isColourful } from '../colours.ts';
import { bustle } from './bustle.ts';
import { openPage, type Page } from './page.ts';
import { isHeld, type Scene } from './scene.ts';
import { scenes } from './scenes/index.ts';
import { openStage, type Stage } from './stage.ts';
import { openTell, type Tell } from './tell.ts';
import { leaveWaiting } from './waiting.ts';

/** Tells the scenes; then, unless it is to be told `once`, goes on until it is stopped. Answers 1 when a scene did not end as told. */
export async function demo({ once = false }: { readonly once?: boolean }): Promise<number> {
  const page = openPage((text) => process.stdout.write(text), isColourful);
  page.line('Concord: two emulated Dynamics systems, people who edit both, and the sidecar between them.', page.colours.bold);
  const stage = await openStage();
  if (once) return tellOnce(stage, page);
  const stopped = untilStopped(async () => {
    await stage.stop();
    page.line();
    page.line('Stopped. The ledger of the demo is deleted.');
  });
  await goOn(stage, page).catch((cause: unknown) => {
    if (!stage.isStopping) throw cause;
  });
  await stopped;
  return 0;
}

async function tellOnce(stage: Stage, page: Page): Promise<number> {
  try {
    return (await tellAll(stage, page)) ? 0 : 1;
  } finally {
    await stage.stop();
  }
}

async function goOn(stage: Stage, page: Page): Promise<void> {
  await tellAll(stage, page);
  await leaveWaiting(stage);
  invite(stage, page);
  await bustle(stage, page);
}

/** Plays every scene, also after one that failed. Answers whether all ended as told. */
async function tellAll(stage: Stage, page: Page): Promise<boolean> {
  await stage.settled();
  const { ledger, maps } = await stage.rest.health();
  page.line(`REST API at ${stage.rest.url}. ${ledger.records} records of ${maps.length / 2} entities are mirrored.`);
  const tell = openTell(page);
  let held = 0;
  for (const [index, scene] of scenes.entries()) if (await tellOne(stage, tell, index + 1, scene)) held += 1;
  page.line();
  page.line(`scenes: ${held} held, ${scenes.length - held} failed`, held === scenes.length ? page.colours.green : page.colours.red);
  return held === scenes.length;
}

async function tellOne(stage: Stage, tell: Tell, number: number, scene: Scene): Promise<boolean> {
  tell.title(number, scene.title, scene.about);
  try {
    const checks = await scene.play(stage, tell);
    tell.verdict(checks);
    return checks.every(isHeld);
  } catch (cause) {
    if (stage.isStopping) throw cause;
    tell.broke(messageOf(cause));
    return false;
  }
}

function invite({ rest: { url, key }, signInLink }: Stage, page: Page): void {
  page.line();
  page.line(
    'Some things wait for a person now: orders that sales cancelled and the warehouse delivered, and more. Open the console, and decide:',
  );
  page.text(signInLink('Mia', 'admin'), page.colours.cyan);
  page.text('(The link signs in once, within the hour. Later: the key below.)', page.colours.dim);
  page.line('Anna and Ben work on. Worth trying meanwhile:');
  page.text(`export CONCORD_KEY=${key}`, page.colours.cyan);
  page.text(`curl -H "authorization: Bearer $CONCORD_KEY" '${url}/v1/conflicts?state=settled&limit=3'`, page.colours.cyan);
  page.text(`curl -H "authorization: Bearer $CONCORD_KEY" '${url}/v1/records?entity=fabricBolt&limit=1'`, page.colours.cyan);
  page.text(`curl '${url}/healthz'`, page.colours.cyan);
  page.line('Ctrl-C ends it.');
  page.line();
}
