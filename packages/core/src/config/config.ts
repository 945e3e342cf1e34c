import type { SystemId } from '../ids.ts';
import type { TableMap } from '../map/table.ts';
import type { JsonObject } from '../values.ts';
import type { AlertsConfig } from './alerts.ts';
import type { TracingConfig } from './tracing.ts';

/** Where the sidecar listens when nobody says otherwise: on this machine alone. */
export const HOST_DEFAULT = '127.0.0.1';
export const PORT_DEFAULT = 8085;
/** The ledger's file when nobody names one, beside the configuration. */
export const LEDGER_FILE_DEFAULT = 'concord.db';
export const KEYS_FILE_DEFAULT = 'concord.keys.json';

/** A system as configured. Its adapter checks the options: only it knows what it needs. */
export interface SystemConfig {
  readonly id: SystemId;
  /** The adapter's name, for example `finops`. */
  readonly adapter: string;
  /** What people call it; absent: the console names it after its adapter. */
  readonly label?: string;
  /** Everything else that stands beside the adapter's name. Holds secrets: not for logs or answers. */
  readonly options: JsonObject;
}

/** A policy of the user's own, as its file said when the configuration was read. */
export interface CustomSource {
  /** The path in the configuration. */
  readonly module: string;
  readonly source: string;
}

/** Numbers that an operator may turn; what is missing is left to the engine's own defaults. */
export interface LimitsConfig {
  /** Between two pulls of a feed when nobody hints. */
  readonly pollMs?: number;
  /** Writes under way to one system at a time. */
  readonly writesMax?: number;
  /** Rows of a page in work at a time. */
  readonly rowsMax?: number;
  /** First wait after a failure; doubles up to `retryMsMax`. */
  readonly retryMs?: number;
  readonly retryMsMax?: number;
  /** A hint waits this long for others, so that one pull serves them all. */
  readonly gatherMs?: number;
}

/** Where everything is kept, and how long in full. */
export interface LedgerConfig {
  readonly file: string;
  /** The folder of its backups; absent: beside the ledger. */
  readonly backups?: string;
  /** Absent: for ever. */
  readonly retention?: {
    /** Absent: nothing goes by itself. */
    readonly keepMs?: number;
    readonly everyMs: number;
    /** The folder; absent: what goes is kept nowhere. */
    readonly archive?: string;
  };
}

/** How often somebody may ask in a minute. */
export interface RateConfig {
  /** With one key. */
  readonly key: number;
  /** From one address without a key, or with a wrong one. */
  readonly address: number;
  /** Hooks from one address. */
  readonly hooks: number;
}

/** The identity provider whose people may use the API. */
export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Where its keys are; absent: as it says itself. */
  readonly jwks?: string;
  readonly roles: {
    readonly claim: string;
    /** What the claim holds, to a role. */
    readonly map: Readonly<Record<string, 'reader' | 'resolver' | 'operator' | 'admin'>>;
    /** What the claim holds for those who see sensitive fields. */
    readonly sensitive?: string;
  };
  /** The claim that names the entities that somebody may see; absent: all. */
  readonly entities?: string;
  /** The claim by which somebody is named in what is kept of their acts. */
  readonly name: string;
  /** As what Concord sends people to the provider; absent: the console takes keys alone. */
  readonly console?: { readonly client: string; readonly secret?: string; readonly scope: string };
}

/** Far above what people, consoles and systems need; far below what it takes to keep a sidecar busy, or to guess anything. */
export const RATE_DEFAULT: RateConfig = { key: 12_000, address: 600, hooks: 60_000 };

/** A whole configuration, checked: every name in it exists, every option is one that its owner accepts. */
export interface Config {
  readonly file: string;
  /** By name, in the order of the file. */
  readonly systems: Readonly<Record<string, SystemConfig>>;
  readonly entities: readonly TableMap[];
  /** The policies of the user's own, by name. */
  readonly policies: Readonly<Record<string, CustomSource>>;
  readonly ledger: LedgerConfig;
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** The file that holds the API keys. */
    readonly keys: string;
    /** By system, the secret that its hooks bring. */
    readonly hooks: Readonly<Record<string, string>>;
    readonly rate: RateConfig;
    readonly oidc?: OidcConfig;
    /** PEM files. */
    readonly tls?: { readonly cert: string; readonly key: string };
  };
  readonly limits: LimitsConfig;
  /** Absent: nobody is told. */
  readonly alerts?: AlertsConfig;
  /** Absent: as the environment says. */
  readonly tracing?: TracingConfig;
  /** How often all rows of each map are compared with what the ledger believes of them. Absent: when a person asks. */
  readonly compare?: { readonly everyMs: number };
  /** What becomes of the records that exist where it is another configuration than before. Absent: `auto`. */
  readonly evolve?: 'auto' | 'ask';
}
