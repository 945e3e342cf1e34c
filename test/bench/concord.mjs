import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { sqliteLedger } from '@concord/adapters';
import { compileTable, entityName, keyOf, observe, policies, recordId, settle, systemId, version } from '@concord/core';
import { FIELDS } from './workload.mjs';

const SYSTEMS = [systemId('fno'), systemId('ce')];
const CUSTOMER = entityName('customer');
const digest = (bytes) => hash('sha256', bytes, 'hex');

/** Concord's core and its SQLite ledger: every edit observed, merged, kept with its history, and its delivery settled. */
export async function runConcord({ file, workload, batch }) {
  let ledger = sqliteLedger({ file });
  const table = tableOf();
  // A row as the table map's translation hands it over.
  const live = SYSTEMS.map(() => workload.rows.map((row) => new Map(Object.entries(row))));
  const versions = SYSTEMS.map(() => workload.rows.map(() => 1));
  let nowMs = 1_700_000_000_000;
  const idOf = (index) => recordId(`record-${String(index).padStart(14, '0')}`);
  const context = (index) => ({ nowMs: (nowMs += 1), newRecord: idOf(index), neverSent: () => true, digest });

  const mapped = (side, index) => ({
    system: SYSTEMS[side],
    key: keyOf(String(index)),
    version: version(String(versions[side][index])),
    values: live[side][index],
    modifiedAtMs: nowMs,
    identity: live[side][index].get('account'),
    unreadable: [],
    waitsFor: [],
  });

  async function commit(plans) {
    const answers = await ledger.commit({ plans, cursors: [], failures: [], acts: [] });
    if (answers.some((answer) => answer.kind !== 'committed')) throw new Error('a plan was refused');
  }

  async function birth() {
    for (let from = 0; from < workload.rows.length; from += batch) {
      const plans = [];
      for (let index = from; index < Math.min(workload.rows.length, from + batch); index += 1) {
        const first = observe(undefined, mapped(0, index), table, context(index));
        plans.push(first, observe(first.record, mapped(1, index), table, context(index)));
      }
      await commit(plans);
    }
  }

  /**
   * Whatever is ready goes into one transaction: the edits of this batch, and what became of the deliveries of the batch before. What a
   * delivery wrote comes back on the feed, as it does in life, and is known by its version.
   */
  async function run(steps, waiting) {
    const touched = new Map();
    const plans = [];
    const take = (index, plan) => {
      plans.push(plan);
      touched.set(index, plan.record);
    };
    const current = async (index) => touched.get(index) ?? (await ledger.record(idOf(index)));
    for (const { record, edits } of steps) {
      for (const { side, field, value } of edits) {
        live[side][record].set(field, value);
        versions[side][record] += 1;
      }
      for (const { side } of edits) {
        const plan = observe(await current(record), mapped(side, record), table, context(record));
        if (plan) take(record, plan);
      }
    }
    const edited = [...touched.keys()];
    for (const index of waiting) {
      for (const [side, system] of SYSTEMS.entries()) await deliver(index, side, system, current, take);
    }
    await commit(plans);
    return edited;
  }

  async function deliver(index, side, system, current, take) {
    const record = await current(index);
    const planned = record.links[system].planned;
    if (!planned) return;
    if (planned.expected !== String(versions[side][index])) {
      return take(index, settle(record, system, { kind: 'stale', row: mapped(side, index) }, table, context(index)));
    }
    const writes = Object.entries(planned.registers).filter(([name, { value }]) => live[side][index].get(name) !== value);
    for (const [name, { value }] of writes) live[side][index].set(name, value);
    // What the side holds already is confirmed, not written.
    if (writes.length > 0) versions[side][index] += 1;
    take(index, settle(record, system, { kind: 'written', row: mapped(side, index) }, table, context(index)));
    if (observe(await current(index), mapped(side, index), table, context(index))) throw new Error('an echo was taken for an edit');
  }

  async function stillPlanned(indexes) {
    const records = await Promise.all(indexes.map((index) => ledger.record(idOf(index))));
    return indexes.filter((_index, at) => SYSTEMS.some((system) => records[at].links[system].planned));
  }

  await birth();
  // A closed ledger has its log written back, so that its size is what it really takes.
  await ledger.close();
  const sizeBefore = statSync(file).size;
  ledger = sqliteLedger({ file });
  const started = process.hrtime.bigint();
  let waiting = [];
  for (let from = 0; from < workload.list.length; from += batch) waiting = await run(workload.list.slice(from, from + batch), waiting);
  while (waiting.length > 0) waiting = (await run([], waiting), await stillPlanned(waiting));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { changes } = await ledger.counts();
  await ledger.close();
  const differing = workload.rows.filter((_row, index) =>
    FIELDS.some((field) => live[0][index].get(field) !== live[1][index].get(field)),
  ).length;
  return { seconds, changes, bytes: statSync(file).size - sizeBefore, differing };
}

function tableOf() {
  const side = (system) => ({ system, entity: CUSTOMER, set: 'customers', columns: FIELDS, where: {}, constants: {} });
  const kinds = { status: 'choice', tags: 'choices' };
  const typeOf = (field) => ({ kind: kinds[field] ?? (field.startsWith('number') ? 'integer' : 'text') });
  const policyOf = (field) =>
    ({ status: { name: 'rank', options: ['Active', 'Confirmed', 'Picked', 'Delivered', 'Invoiced'] }, tags: { name: 'set' } })[field] ?? {
      name: 'latest',
    };
  return compileTable(
    {
      entity: CUSTOMER,
      sides: { fno: side(SYSTEMS[0]), ce: side(SYSTEMS[1]) },
      key: ['account'],
      delete: 'update-wins',
      registers: FIELDS.map((name) => ({
        name,
        fields: [{ name, type: typeOf(name), sides: { fno: { column: name }, ce: { column: name } } }],
        policy: policyOf(name),
      })),
    },
    policies,
  );
}
