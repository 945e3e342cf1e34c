import type { Json, JsonObject } from '@concord/core';
import { GUID_EMPTY, guidOf } from './guid.ts';
import type { Operation } from './operation.ts';

/**
 * The body of a Dataverse webhook and of an F&O data event: a serialised `RemoteExecutionContext`.
 * Names and order of keys are those of captured messages.
 */
const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';
const TAG_CHARS_MAX = 1_000;

export const ORGANISATION = { id: guidOf('organisation'), name: 'abctextiles', businessUnit: guidOf('business unit') } as const;

export interface ExecutionContext {
  readonly operation: Operation;
  readonly message: string;
  /** The entity's logical name. */
  readonly entity: string;
  readonly id: string;
  readonly request: string;
  readonly atMs: number;
  readonly inputs: readonly Parameter[];
  readonly pre: readonly Parameter[];
  readonly post: readonly Parameter[];
}

export interface Parameter {
  readonly key: string;
  readonly value: Json;
}

const parameters = (all: readonly Parameter[]): Json => all.map(({ key, value }) => ({ key, value }));

function executionContext(told: ExecutionContext): JsonObject {
  const { operation } = told;
  const tag = operation.query.get('tag')?.slice(0, TAG_CHARS_MAX);
  return {
    BusinessUnitId: ORGANISATION.businessUnit,
    CorrelationId: told.request,
    Depth: 1,
    InitiatingUserAgent: operation.headers['user-agent'] ?? '',
    InitiatingUserAzureActiveDirectoryObjectId: GUID_EMPTY,
    InitiatingUserId: operation.principal.user,
    InputParameters: parameters(told.inputs),
    IsExecutingOffline: false,
    IsInTransaction: false,
    IsOfflinePlayback: false,
    IsolationMode: 1,
    MessageName: told.message,
    Mode: 1,
    OperationCreatedOn: `/Date(${told.atMs}+0000)/`,
    OperationId: told.request,
    OrganizationId: ORGANISATION.id,
    OrganizationName: ORGANISATION.name,
    OutputParameters: [],
    OwningExtension: reference('sdkmessageprocessingstep', guidOf('step')),
    ParentContext: null,
    PostEntityImages: parameters(told.post),
    PreEntityImages: parameters(told.pre),
    PrimaryEntityId: told.id,
    PrimaryEntityName: told.entity,
    RequestId: told.request,
    SecondaryEntityName: 'none',
    SharedVariables: tag === undefined ? [] : [{ key: 'tag', value: tag }],
    Stage: 40,
    UserId: operation.principal.user,
  };
}

const typed = (name: string, more: JsonObject): JsonObject => ({ __type: `${name}:${CONTRACTS}`, ...more });

export const money = (value: Json): JsonObject => typed('Money', { Value: value });
export const optionSet = (value: number): JsonObject => typed('OptionSetValue', { Value: value });
export const date = (text: string): string => `/Date(${Date.parse(text)})/`;

export const reference = (name: string, id: string): JsonObject =>
  typed('EntityReference', { Id: id, KeyAttributes: [], LogicalName: name, Name: null, RowVersion: null });

export function entityOf(name: string, id: string, attributes: readonly Parameter[]): JsonObject {
  const rest = {
    EntityState: null,
    FormattedValues: [],
    Id: id,
    KeyAttributes: [],
    LogicalName: name,
    RelatedEntities: [],
    RowVersion: null,
  };
  return typed('Entity', { Attributes: parameters(attributes), ...rest });
}

const LARGE = new Set(['ParentContext', 'InputParameters', 'PreEntityImages', 'PostEntityImages']);

/** The text that is sent; without its large parts when it would be too large. */
function contextText(context: JsonObject, without: 'nothing' | 'large parts'): string {
  const told = without === 'nothing' ? context : Object.fromEntries(Object.entries(context).filter(([name]) => !LARGE.has(name)));
  return JSON.stringify(told).replaceAll('/', String.raw`\/`);
}

function contextHeaders(context: ExecutionContext): Readonly<Record<string, string>> {
  return {
    'x-ms-dynamics-organization': `${ORGANISATION.name}.crm.dynamics.com`,
    'x-ms-dynamics-entity-name': context.entity,
    'x-ms-dynamics-request-name': context.message,
    'x-ms-correlation-request-id': context.request,
  };
}

/** The message as it is sent: without its large parts, and saying so, where it is too long or is said to be. */
export function contextMessage(context: ExecutionContext, bytesMax: number, oversize: boolean) {
  const headers = contextHeaders(context);
  const body = contextText(executionContext(context), 'nothing');
  if (!oversize && Buffer.byteLength(body) <= bytesMax) return { headers, body };
  return {
    headers: { ...headers, 'x-ms-dynamics-msg-size-exceeded': 'true' },
    body: contextText(executionContext(context), 'large parts'),
  };
}
