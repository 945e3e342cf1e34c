import type { Link, RecordState, Register } from './record.ts';

type Changeable<Shape> = { -readonly [Member in keyof Shape]: Shape[Member] };

/*
 * Copies that may be changed until they are handed on. Each names all members, in one order: objects of one shape are read and written
 * several times as fast as objects that were spread together, and these are made for every edit that Concord sees.
 */

export function copyOfRegister(register: Register): Changeable<Register> {
  return {
    value: register.value,
    count: register.count,
    ops: register.ops,
    stable: register.stable,
    log: register.log,
    shadows: register.shadows,
    renumbered: register.renumbered,
    verdict: register.verdict,
    trail: register.trail,
    held: register.held,
    isBlank: register.isBlank,
  };
}

export function copyOfLink(link: Link): Changeable<Link> {
  return {
    key: link.key,
    version: link.version,
    state: link.state,
    heads: link.heads,
    ownSeq: link.ownSeq,
    planned: link.planned,
    unconfirmed: link.unconfirmed,
    unread: link.unread,
    blocked: link.blocked,
    withheld: link.withheld,
    parked: link.parked,
    discarded: link.discarded,
    isMade: link.isMade,
  };
}

export function copyOfRecord(record: RecordState): Changeable<RecordState> {
  return {
    id: record.id,
    entity: record.entity,
    revision: record.revision,
    seq: record.seq,
    heads: record.heads,
    maxOp: record.maxOp,
    actors: record.actors,
    links: record.links,
    registers: record.registers,
    identity: record.identity,
    relations: record.relations,
  };
}
