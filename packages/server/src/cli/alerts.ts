import { messageOf } from '../alerts/alerts.ts';
import { wordsOf } from '../alerts/courier.ts';
import { openDestinations, type Destination } from '../alerts/destinations.ts';
import { clock } from '../surroundings.ts';
import { loadConfig } from './config-file.ts';

export interface AlertsGiven {
  readonly config: string;
  readonly to?: string;
}

/** Sends every destination, or one, a message that says it is a test. Status 1 where one does not take it. */
export async function testAlerts({ config: file, to }: AlertsGiven): Promise<number> {
  const destinations = openDestinations(loadConfig(file), { nowMs: clock.nowMs });
  const chosen = destinations.filter(({ name }) => to === undefined || name === to);
  const sent = await Promise.all(chosen.map(test));
  await Promise.all(destinations.map((destination) => destination.close()));
  if (chosen.length > 0) return sent.every(Boolean) ? 0 : 1;
  const names = destinations.map(({ name }) => name).join(', ');
  console.error(names === '' ? 'The configuration has no alerts.' : `There is no destination "${to}"; there are ${names}.`);
  return 1;
}

async function test(destination: Destination): Promise<boolean> {
  const nowMs = clock.nowMs();
  const about = { id: 'test', on: 'ledger', severity: 'warning', words: WORDS, action: ACTION } as const;
  try {
    await destination.send(messageOf(clock, [{ ...about, what: 'test', sinceMs: nowMs }]), new AbortController().signal);
    console.log(`${destination.name}: sent`);
    return true;
  } catch (cause) {
    console.error(`${destination.name}: not sent: ${wordsOf(cause)}`);
    return false;
  }
}

const WORDS = 'This is a test of alerts.';
const ACTION = 'Nothing is to be done.';
