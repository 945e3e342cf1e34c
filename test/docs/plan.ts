/** How a command of a page is walked: typed while the sidecar runs, typed when it has been stopped, or left out for a reason. */
export type Way = { readonly when: 'running' | 'stopped'; readonly status: readonly number[] } | { readonly why: string };

const running = (...status: readonly number[]): Way => ({ when: 'running', status: status.length === 0 ? [0] : status });
const stopped = (...status: readonly number[]): Way => ({ when: 'stopped', status: status.length === 0 ? [0] : status });
/** `curl --fail-with-body` of an answer that refuses. */
const REFUSED = 22;

/** The first that fits counts. What no line fits is typed while the sidecar runs, and has to go well. */
const PLAN: readonly (readonly [command: RegExp, way: Way])[] = [
  [/^npm run demo/u, { why: 'it takes minutes; test/server/demo.test.ts runs it' }],
  [/^npm test/u, { why: 'it is what runs this' }],
  [
    /msdyn_dualwriteentitymaps|Metadata\/PublicEntities/u,
    { why: 'it needs an environment with dual-write; the files that it leaves are put there' },
  ],
  [/^npx concord check concord\.yaml/u, running(1)],
  [/^concord alerts test/u, { why: 'it needs a channel; test/server/alerts/sidecar.test.ts sends to one' }],
  [/^curl -sN/u, running(28)],
  // What is asked for is not there in a quiet town, which is told.
  [/maps\/customer\/ce\/guard/u, running(REFUSED)],
  [/put-back declare|systems\/ce\/put-back/u, { why: 'all maps of the system would rest; test/server/put-back.test.ts does it' }],
  [/maps\/customer\/ce\/put-back/u, running(REFUSED)],
  [/^concord put-back/u, running(1)],
  [/deliveries\/\$DELIVERY\/retry/u, running(REFUSED)],
  [/if-match: \$ETAG/u, running(REFUSED)],
  [/^concord erase --url/u, running(1)],
  [/^concord erase --config/u, stopped(1)],
  [/^concord status/u, running(0, 1)],
  [/^concord audit/u, running(0, 1)],
  [/^concord doctor --config/u, stopped()],
  [/^concord backup --config/u, stopped()],
  [/^concord compact --url/u, running()],
  [/^concord (?:verify|restore|export|import|compact|erasures)/u, stopped()],
  [/^concord plan/u, stopped(0, 2)],
  [/^concord lab \w+ --config/u, stopped()],
];

export function wayOf(command: string): Way {
  return PLAN.find(([pattern]) => pattern.test(command))?.[1] ?? running();
}

/** Lines of the plan that fit nothing any more. */
export function idleLines(commands: readonly string[]): readonly string[] {
  return PLAN.filter(([pattern]) => !commands.some((command) => pattern.test(command))).map(([pattern]) => pattern.source);
}
