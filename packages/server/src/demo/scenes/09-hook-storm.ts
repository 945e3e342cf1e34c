import { product } from '../places.ts';
import { openRecorder, type Message } from '../recorder.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { textIn } from './since.ts';
import { concordWrites } from './writes.ts';

const BY_ANNA = ['F1010', 'F1020', 'F1030', 'F1040', 'F1050', 'F1060', 'F1070', 'F1080', 'F1090'];
const BY_BEN = ['F1100', 'F1110', 'F1120', 'F1130', 'F1140', 'F1150', 'F1160', 'F1170', 'F1180'];
const MESSAGES = 400;
const AT_A_TIME = 40;
/** Prime to any number of messages that the scene can have, so that it takes each of them, far from its neighbours. */
const STRIDE = 101;

export const hookStorm: Scene = {
  title: 'A storm of hooks: doubled, late, out of order',
  about: 'Hooks promise nothing. Each is only a hint to look; however many come, and in whatever order, nothing happens twice.',
  async play(stage, tell) {
    const before = await stage.rest.health();
    for (const system of [stage.ce, stage.fno]) system.resetStats();
    const { edits, sent, kinds } = await storm(stage);
    tell.note(`Anna and Ben each rewrote ${BY_ANNA.length} descriptions, while half of all hooks were doubled and half came late.`);
    tell.note(`Then ${sent} messages were posted: the ${kinds} that the systems had sent, over and over, shuffled.`);
    const after = await stage.rest.health();
    const [versions, writes] = [
      after.ledger.changes - before.ledger.changes,
      { ce: concordWrites(stage.ce), fno: concordWrites(stage.fno) },
    ];
    tell.note(`Versions added: ${versions}. Writes of Concord: ${writes.ce} to ce, ${writes.fno} to fno.`);
    return [
      { what: `${edits} edits made ${edits} versions`, expected: edits, found: versions },
      { what: 'and one write each', expected: { ce: BY_BEN.length, fno: BY_ANNA.length }, found: writes },
      { what: 'all descriptions are the same in both systems', expected: edits, found: await countAlike(stage) },
      { what: 'no conflict was made up', expected: before.ledger.held, found: after.ledger.held },
    ];
  },
};

async function storm(stage: Stage): Promise<{ readonly edits: number; readonly sent: number; readonly kinds: number }> {
  const recorder = await openRecorder();
  try {
    const edits = await editUnderFaults(stage, recorder.url);
    const sent = await replay(stage.rest.url, recorder.messages);
    await stage.settled();
    return { edits, sent, kinds: recorder.messages.length };
  } finally {
    for (const system of [stage.ce, stage.fno]) system.hooks.faults({});
    await recorder.close();
  }
}

/** Real edits, told by hooks that are doubled and overtake each other, and kept to be told again. Answers how many there were. */
async function editUnderFaults({ ce, fno, anna, ben, settled }: Stage, url: string): Promise<number> {
  const hooks = [ce, fno].map((system, index) => ({ system, id: system.hooks.add({ url: `${url}/hooks/${index === 0 ? 'ce' : 'fno'}` }) }));
  for (const { system } of hooks) system.hooks.faults({ duplicate: 0.5, reorder: 0.5 });
  const deeds = await Promise.all([
    ...BY_ANNA.map((number) => anna.change(product(number).ce, { description: `${number}, rewritten in sales.` })),
    ...BY_BEN.map((number) => ben.change(product(number).fno, { ProductDescription: `${number}, rewritten in finance.` })),
  ]);
  await settled();
  for (const { system, id } of hooks) system.hooks.remove(id);
  return deeds.length;
}

async function replay(url: string, messages: readonly Message[]): Promise<number> {
  const sent = Array.from({ length: MESSAGES }, (_, index) => messages[(index * STRIDE) % messages.length]).filter(
    (message) => message !== undefined,
  );
  for (let from = 0; from < sent.length; from += AT_A_TIME) {
    const posts = sent
      .slice(from, from + AT_A_TIME)
      .map(({ path, headers, body }) => fetch(`${url}${path}`, { method: 'POST', headers: { ...headers }, body }));
    for (const answer of await Promise.all(posts))
      if (!answer.ok) throw new Error(`A hook was answered with ${answer.status}: ${await answer.text()}`);
  }
  return sent.length;
}

async function countAlike({ anna, ben }: Stage): Promise<number> {
  const pairs = await Promise.all(
    [...BY_ANNA, ...BY_BEN].map(async (number) => [await anna.read(product(number).ce), await ben.read(product(number).fno)] as const),
  );
  return pairs.filter(([ce, fno]) => ce?.['description'] === fno?.['ProductDescription'] && textIn(ce, 'description').includes('rewritten'))
    .length;
}
