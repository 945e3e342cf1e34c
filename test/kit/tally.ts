import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with what was skipped, by name, and one plain line, `N passed, N failed, N skipped`, that a person and a build server both read. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const skipped: string[] = [];
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state !== 'pending') count[state] += 1;
        if (state === 'skipped') skipped.push(`skipped: ${module.relativeModuleId} > ${test.fullName}`);
      }
      if (!module.ok() && ![...module.children.allTests('failed')].length) count.failed += 1;
    }
    const line = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
    setImmediate(() => process.stdout.write(`\n${[...skipped, line].join('\n')}\n`));
  }
}
