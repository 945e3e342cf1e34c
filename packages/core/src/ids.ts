/**
 * Strings that mean something have a type. A plain string becomes one of them here and nowhere else.
 */
declare const brand: unique symbol;
type Named<Name extends string> = string & { readonly [brand]: Name };

/** So many characters has a record's id. */
export const RECORD_ID_CHARS = 21;

/** A record's id in the ledger: 21 characters of `A-Za-z0-9_-`. */
export type RecordId = Named<'RecordId'>;
/** A system's short name in the configuration, for example `fno`. */
export type SystemId = Named<'SystemId'>;
/** An entity's name in the configuration, for example `salesOrder`. */
export type EntityName = Named<'EntityName'>;
/** A record's key in one system, in that system's own canonical text. */
export type Key = Named<'Key'>;
/** A system's token for the state of one row: an ETag or a row version. */
export type Version = Named<'Version'>;
/** An opaque place to resume a feed. */
export type Cursor = Named<'Cursor'>;
/** An Automerge operation id, `counter@actor`. */
export type OpId = Named<'OpId'>;
/** An Automerge actor id: lower-case hex of the UTF-8 bytes of the actor's name. */
export type ActorId = Named<'ActorId'>;
/** The SHA-256 of an Automerge change, 64 hex digits. */
export type ChangeHash = Named<'ChangeHash'>;
/** `record.register.number of the change that opened it`. */
export type ConflictId = Named<'ConflictId'>;
/** `record.system.number of the change that planned it`. */
export type DeliveryId = Named<'DeliveryId'>;

export const recordId = (text: string): RecordId => text as RecordId;
export const systemId = (text: string): SystemId => text as SystemId;
export const entityName = (text: string): EntityName => text as EntityName;
export const keyOf = (text: string): Key => text as Key;
export const version = (text: string): Version => text as Version;
export const cursor = (text: string): Cursor => text as Cursor;
export const changeHash = (text: string): ChangeHash => text as ChangeHash;
export const opId = (counter: number, actor: ActorId): OpId => `${counter}@${actor}` as OpId;
export const opIdFrom = (text: string): OpId => text as OpId;
export const actorIdFrom = (text: string): ActorId => text as ActorId;
export const conflictId = (record: RecordId, register: string, seq: number): ConflictId => `${record}.${register}.${seq}` as ConflictId;
export const conflictIdFrom = (text: string): ConflictId => text as ConflictId;
export const deliveryId = (record: RecordId, system: SystemId, seq: number): DeliveryId => `${record}.${system}.${seq}` as DeliveryId;
export const deliveryIdFrom = (text: string): DeliveryId => text as DeliveryId;
/** The id of a delivery begins with that of its record: beside it, that is left out. */
export const deliveryTail = (id: DeliveryId, record: RecordId): string =>
  id.startsWith(record) && id[record.length] === '.' ? id.slice(record.length) : id;
/** The other way; `told` may be whole. */
export const deliveryIdOf = (told: string, record: RecordId): DeliveryId =>
  deliveryIdFrom(told.startsWith('.') ? `${record}${told}` : told);
