import { ofAccess } from './of-access.ts';
import { ofCommands } from './of-commands.ts';
import { ofLedger } from './of-ledger.ts';
import { ofRequests } from './of-requests.ts';

export type { ErrorEntry } from './entry.ts';

/** Every error that Concord raises on purpose. */
export const catalogue = { ...ofLedger, ...ofRequests, ...ofAccess, ...ofCommands } as const;

export type ErrorCode = keyof typeof catalogue;
