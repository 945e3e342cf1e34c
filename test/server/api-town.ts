import type { Door } from '@concord/server';
import type { Config, Engine, Json, JsonObject, Ledger, TableMap } from '@concord/core';
import { openTown, untilEqual, whileApart, type Town } from '../kit/town.ts';
import { RULES, SECRETS, townConfig, townYaml } from '../kit/town-config.ts';
import { until } from '../kit/until.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { ask, counted } from '../kit/town.ts';
import { objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';

/** A sidecar between two small systems, and a way to ask it anything. */
export interface Api {
  readonly town: Town;
  readonly url: string;
  readonly engine: Engine;
  readonly doors: readonly Door[];
  readonly ledger: Ledger;
  readonly maps: readonly TableMap[];
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Told>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Told>;
  /** Has both people rename a customer at once, and answers the id of the conflict that waits. */
  quarrel(account: string, names: { readonly anna: string; readonly ben: string }): Promise<string>;
}

export interface Told {
  readonly status: number;
  readonly type: string;
  readonly body: Json;
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

const CUSTOMERS = 7;

/** Names are decided by people, everything else by rules. */
const GIVEN = { name: 'manual' };

/** `change` makes another configuration of the town's. */
export async function openApi(change?: (config: Config) => Config): Promise<Api> {
  const town = await openTown(CUSTOMERS, GIVEN);
  const { url, engine, ledger, doors } = await town.startInside(change);
  await untilEqual(town, url);
  const env = { ...SECRETS, CE_URL: town.ce.url, FNO_URL: town.fno.url };
  const maps = townConfig(townYaml({ ...RULES, ...GIVEN }, 0), env, town.ledgerFile).entities;

  async function call(path: string, init: Init): Promise<Told> {
    const answer = await fetch(`${url}${path}`, { ...init, headers: { ...AS_ADMIN, ...init.headers } });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: JSON.parse(await answer.text()) };
  }

  return {
    town,
    url,
    engine,
    doors,
    ledger,
    maps,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      call(path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    async quarrel(account, { anna, ben }) {
      const held = await counted(url, 'held');
      await whileApart(town, () =>
        Promise.all([town.anna.edit(account, { name: anna }), town.ben.edit(account, { OrganizationName: ben })]),
      );
      await until(async () => ((await counted(url, 'held')) > held ? undefined : 'no conflict'));
      return textOf(newest(await ask(url, '/v1/conflicts')), 'id') ?? '';
    },
  };
}

function newest(page: Json): JsonObject | undefined {
  return objectsOf(page, 'items')[0];
}
