import { setTimeout as wait } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import { getFrom, postTo } from '../lab/asked.ts';

export interface InitialGiven {
  readonly url: string;
  readonly entity: string;
  readonly by: string;
  readonly note?: string;
}

const LOOK_EVERY_MS = 1_000;

const begun = Type.Object({ begun: Type.Boolean(), retried: Type.Optional(Type.Number()), more: Type.Optional(Type.Boolean()) });
const progress = Type.Object({
  state: Type.String(),
  remaining: Type.Number(),
  perSecond: Type.Number(),
  secondsLeft: Type.Optional(Type.Number()),
  systems: Type.Array(Type.Object({ system: Type.String(), rows: Type.Number(), settled: Type.Number(), remaining: Type.Number() })),
  errors: Type.Number(),
  classes: Type.Record(Type.String(), Type.Number()),
  first: Type.Array(Type.Object({ record: Type.String(), system: Type.String(), words: Type.Optional(Type.String()) })),
});

/** Starts an initial write, or has what failed of it tried again, and tells how far it is until it has ended. Status 1: not everything was written. */
export async function runInitial({ url, entity, by, note }: InitialGiven): Promise<number> {
  const at = `${url}/v1/maps/${encodeURIComponent(entity)}/initial-write`;
  const answer = await postTo(at, { by, ...(note === undefined ? {} : { note }) }, begun);
  console.log(answer.begun ? `${entity}: begun` : `${entity}: was begun before; ${answer.retried ?? 0} that failed are tried again`);
  for (;;) {
    // What was begun takes a moment to be read: the first look comes after the first rest.
    await wait(LOOK_EVERY_MS);
    const now = await getFrom(at, progress);
    console.log(line(now));
    if (now.state !== 'done') continue;
    for (const { record, system, words = '' } of now.first) console.log(`  ${system} ${record}: ${words}`);
    if (now.errors > now.first.length) console.log(`  All of them: concord parked list --url ${url}`);
    return now.errors === 0 ? 0 : 1;
  }
}

function line({ state, remaining, perSecond, secondsLeft, systems, errors, classes }: Static<typeof progress>): string {
  const each = systems.map(
    ({ system, rows, settled, remaining: left }) => `${system}: ${rows} rows read, ${settled} settled, ${left} remain`,
  );
  const kinds = Object.entries(classes).map(([name, count]) => `${name}: ${count}`);
  const left = secondsLeft === undefined ? '' : `, about ${secondsLeft} s left`;
  return `${state}; ${each.join('; ')}; ${remaining} remain at ${perSecond} a second${left}; ${errors} errors${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`;
}
