import { setTimeout as wait } from 'node:timers/promises';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { signIn } from '../contract/systems-user.ts';
import { account, COMPANY } from '../kit/town-tables.ts';
import type { Town } from '../kit/town.ts';
import { PROBED } from './crowd.ts';

const EVERY_MS = 1_000;
const LOOK_MS = 15;
const ARRIVED_MS_MAX = 60_000;

export interface Probes {
  /** How long each edit took from its acknowledgement until it could be read in the other system, in ms, in order; and how many never came. */
  end(): Promise<{ readonly lagsMs: readonly number[]; readonly late: number }>;
}

/** One edit after another, of customers whom nobody else edits, now in this system and now in that, and watched until it is in the other. */
export async function sendProbes(town: Pick<Town, 'ce' | 'fno' | 'anna' | 'ben'>): Promise<Probes> {
  const [inCe, inFno] = await Promise.all([signIn(town.ce.url, 'anna'), signIn(town.fno.url, 'ben')]);
  const readCe = async (one: string) => textOf(await inCe.call('GET', `/api/data/v9.2/accounts(accountnumber='${one}')`), 'name');
  const readFno = async (one: string) =>
    textOf(
      await inFno.call('GET', `/data/CustomersV3(dataAreaId='${COMPANY}',CustomerAccount='${one}')?cross-company=true`),
      'OrganizationName',
    );
  const over = new AbortController();
  const lagsMs: number[] = [];
  let late = 0;

  async function arrives(read: (one: string) => Promise<string | undefined>, one: string, value: string): Promise<void> {
    const began = performance.now();
    while ((await read(one)) !== value) {
      if (performance.now() - began > ARRIVED_MS_MAX) return void (late += 1);
      await wait(LOOK_MS);
    }
    lagsMs.push(performance.now() - began);
  }

  async function send(): Promise<void> {
    for (let round = 0; !over.signal.aborted; round += 1) {
      const [one, value] = [account(round % PROBED), `probe ${round}`];
      if (round % 2 === 0) {
        await town.anna.edit(one, { name: value });
        await arrives(readFno, one, value);
      } else {
        await town.ben.edit(one, { OrganizationName: value });
        await arrives(readCe, one, value);
      }
      await wait(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  }

  const running = send();
  return {
    async end() {
      over.abort();
      await running;
      return { lagsMs: lagsMs.toSorted((a, b) => a - b), late };
    },
  };
}
