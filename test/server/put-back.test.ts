import { afterAll, beforeAll, expect, test } from 'vitest';
import { Value } from 'typebox/value';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { keyOf } from '../kit/key.ts';
import { recordOf, untilEqual } from '../kit/town.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';
import { runCommand } from './command.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const PATH = '/v1/maps/customer/ce/put-back';
const mapOf = async (entity: string, system: string) =>
  objectsOf((await api.get('/v1/maps')).body, 'items').find((map) => map['entity'] === entity && map['system'] === system) ?? {};
const stateOf = async (entity: string, system: string) => member(await mapOf(entity, system), 'state');
const reported = (entity: string, system: string) =>
  until(async () => {
    const { body } = await api.get(`/v1/maps/${entity}/${system}/put-back`);
    return member(member(body, 'report'), 'state') === 'done' ? undefined : JSON.stringify(body);
  });
const live = (entity: string, system: string) =>
  until(async () => ((await stateOf(entity, system)) === 'live' ? undefined : `${entity} ${system} is not live`));

test(
  'Dataverse is put back: what it lost is told and given back, and what was typed there since is kept',
  { timeout: 120_000 },
  async () => {
    const { town } = api;
    expect(await api.get(PATH), 'nothing was put back').toMatchObject({ status: 409, body: { code: 'PUT_BACK_IDLE' } });
    const backup = town.ce.dump();
    await town.ben.edit('C-00001', { OrganizationName: 'Later Ltd' });
    await town.anna.edit('C-00002', { telephone1: '+1 555 0999' });
    await untilEqual(town, api.url);
    town.ce.load(backup);
    await api.post('/v1/entities/customer/resync', {});
    await until(async () => ((await stateOf('customer', 'ce')) === 'put-back' ? undefined : 'not noticed'));
    expect(await stateOf('order', 'ce'), 'all of the system').toBe('put-back');
    await town.anna.edit('C-00001', { telephone1: '+1 555 0111' });
    await town.ben.edit('C-00003', { OrganizationName: 'Meanwhile Ltd' });
    expect(member((await api.get('/healthz')).body, 'status')).toBe('degraded');
    expect((await runCommand(['doctor', '--url', api.url], town.env)).printed).toContain('concord put-back show customer ce');
    await reported('customer', 'ce');
    const shown = await runCommand(['put-back', 'show', 'customer', 'ce', '--again', '--url', api.url], town.env);
    expect(shown).toMatchObject({ status: 1, printed: expect.stringContaining('customer ce: put back, noticed') });
    await reported('customer', 'ce');
    const told = await api.get(PATH);
    expect([...Value.Errors(ROUTES[`GET /v1/maps/:entity/:system/put-back`]?.answer ?? {}, told.body)]).toEqual([]);
    expect([...Value.Errors(ROUTES['GET /v1/maps']?.answer ?? {}, (await api.get('/v1/maps')).body)]).toEqual([]);
    expect(told.body).toMatchObject({
      report: {
        rows: 7,
        lost: [
          { fields: ['name'], count: 1, examples: [{ values: { name: 'Customer 1' }, stands: { name: 'Later Ltd' } }] },
          { fields: ['phone'], count: 1, examples: [{ values: { phone: '+1 555 0100' }, stands: { phone: '+1 555 0999' } }] },
        ],
        edited: [{ fields: ['phone'], count: 1, examples: [{ values: { phone: '+1 555 0111' } }] }],
      },
    });
    expect(await api.post(PATH, { choice: 'forget' })).toMatchObject({ status: 400 });
    expect(await api.post(PATH, { choice: 'give-back' }, { ...JSON_TYPE, authorization: `Bearer ${keyOf('reader')}` })).toMatchObject({
      status: 403,
    });
    const given = await runCommand(
      ['put-back', 'give-back', 'customer', 'ce', '--url', api.url, '--by', 'admin', '--note', '4711'],
      town.env,
    );
    expect([given.status, given.printed]).toEqual([0, expect.stringContaining('customer ce: give-back')]);
    await live('customer', 'ce');
    await reported('order', 'ce');
    expect(await api.post('/v1/maps/order/ce/put-back', { choice: 'take-over' })).toMatchObject({ status: 202 });
    await live('order', 'ce');
    await untilEqual(town, api.url);
    expect(await recordOf(api.url, 'C-00001')).toMatchObject({ values: { name: 'Later Ltd', phone: '+1 555 0111' } });
    expect(await recordOf(api.url, 'C-00002')).toMatchObject({ values: { phone: '+1 555 0999' } });
    expect(await recordOf(api.url, 'C-00003')).toMatchObject({ values: { name: 'Meanwhile Ltd' } });
    const acts = objectsOf((await api.get('/v1/acts?limit=2')).body, 'items').map(({ act, by }) => [act, by]);
    expect(acts).toEqual([
      ['put back: take-over', 'admin'],
      ['put back: give-back', 'admin'],
    ]);
    expect(await api.post(PATH, { choice: 'hold' })).toMatchObject({ status: 409, body: { code: 'PUT_BACK_IDLE' } });
  },
);

test(
  'who knows that a system was put back says so; each difference waits for a person where that was chosen',
  { timeout: 120_000 },
  async () => {
    const { town } = api;
    const backup = town.fno.dump();
    await town.ben.edit('C-00004', { OrganizationName: 'Later Ltd' });
    await untilEqual(town, api.url);
    const declared = await runCommand(['put-back', 'declare', 'fno', '--url', api.url, '--by', 'admin'], town.env);
    expect([declared.status, declared.printed]).toEqual([0, expect.stringContaining('customer fno: rests')]);
    expect(await api.post('/v1/systems/nobody/put-back', {})).toMatchObject({ status: 404, body: { code: 'SYSTEM_UNKNOWN' } });
    town.fno.load(backup);
    await reported('customer', 'fno');
    await api.post('/v1/maps/customer/fno/put-back/report', {});
    await reported('customer', 'fno');
    for (const entity of ['customer', 'order']) {
      await reported(entity, 'fno');
      expect(await api.post(`/v1/maps/${entity}/fno/put-back`, { choice: 'hold' })).toMatchObject({ status: 202 });
      await live(entity, 'fno');
    }
    const held = objectsOf((await api.get('/v1/conflicts?entity=customer')).body, 'items');
    expect(held).toMatchObject([{ code: 'C19', fields: ['name'], reason: expect.stringContaining('fno was put back') }]);
    const resolved = await api.post(`/v1/conflicts/${String(held[0]?.['id'])}/resolve`, { values: { name: 'Later Ltd' }, by: 'admin' });
    expect(resolved).toMatchObject({ status: 200 });
    await untilEqual(town, api.url);
    expect(await recordOf(api.url, 'C-00004')).toMatchObject({ values: { name: 'Later Ltd' } });
  },
);

const JSON_TYPE = { 'content-type': 'application/json' };
