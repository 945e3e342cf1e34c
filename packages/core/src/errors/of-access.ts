import type { ErrorEntry } from './entry.ts';

/** What is said to whoever is not let in, or not let in there. */
export const ofAccess = {
  KEY_MISSING: {
    text: 'Nobody knows who is asking.',
    remedy: 'Send `Authorization: Bearer <key>` with an API key that is not revoked; make one with `concord keys add`.',
    status: 401,
  },
  CONSOLE_UNBUILT: {
    text: 'The console was not built.',
    remedy: 'Build it with `npm run setup`, and start Concord again. The API needs none.',
    status: 503,
  },
  LINK_SPENT: {
    text: 'This link does not sign in any more: it was used, or it is too old.',
    remedy: 'Sign in with an API key, or start Concord again on a terminal for a new link.',
    status: 401,
  },
  SIGN_IN_FAILED: {
    text: 'You could not be signed in: {words}.',
    remedy: 'Try again; where that does not help, whoever runs Concord looks at `server.oidc` of the configuration.',
    status: 401,
  },
  REQUEST_FORGED: {
    text: 'The request does not come from a page of Concord: {words}.',
    remedy: 'Load the page again. A program sends an API key in place of a cookie.',
    status: 403,
  },
  ROLE_TOO_LOW: {
    text: '{name} is a {role}; this asks for the role {needed}.',
    remedy: 'Use a key of that role; an operator makes one with `concord keys add --role {needed}`.',
    status: 403,
  },
  SCOPE_TOO_NARROW: {
    text: '{name} may see {entities} only.',
    remedy: 'Name one of these as `entity`, or use a key for all entities.',
    status: 403,
  },
  SPEAKER_WRONG: {
    text: '{name} cannot speak for {by}.',
    remedy: 'Leave `by` out, or send your own name; only an admin speaks for others.',
    status: 403,
  },
  TLS_WRONG: {
    text: 'HTTPS cannot be served with {file}: {words}.',
    remedy: 'Name a certificate and its own key, as PEM files that this process may read, under `server.tls`.',
    status: 500,
  },
  ISSUER_UNREACHABLE: {
    text: 'The identity provider {issuer} cannot be asked for its keys: {words}.',
    remedy: 'Try again; if it lasts, look at `server.oidc` and at the network. API keys are let in all the same.',
    status: 503,
  },
  RATE_EXCEEDED: {
    text: 'More than {max} requests in a minute came {who}.',
    remedy: 'Try again in {seconds} seconds, as `Retry-After` says, and more slowly; an operator may set more under `server.rate`.',
    status: 429,
  },
  SENSITIVE_HIDDEN: {
    text: '{name} may not see the sensitive fields of {entity}, and {what} would tell them.',
    remedy: 'Use a key that was made with `--sees-sensitive`, or one of an admin.',
    status: 403,
  },
  HOOK_REFUSED: {
    text: 'The hook does not come from "{system}", as far as can be told.',
    remedy:
      'Send the secret that the configuration names under `server.hooks`, as the header `x-concord-hook` or as `?code=`, or sign with it (Standard Webhooks, within five minutes); without a secret, hooks are taken from this machine alone, and not through a proxy.',
    status: 401,
  },
  KEYS_WRONG: {
    text: 'The file "{file}" does not hold API keys.',
    remedy: 'Put it back from a backup, or move it away and make new keys with `concord keys add`. Until then nobody is let in.',
    status: 500,
  },
  KEY_UNKNOWN: {
    text: 'There is no key "{id}" in "{file}".',
    remedy: '`concord keys list` tells the ids.',
    status: 404,
  },
  KEY_WRONG: {
    text: 'A key cannot be made so: {words}.',
    remedy: 'For example: concord keys add --config concord.yaml --name Anna --role resolver.',
    status: 400,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
