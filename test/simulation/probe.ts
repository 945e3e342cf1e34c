import * as core from '@concord/core';
import { disappointments, explore } from './scope.ts';
console.log(disappointments(core));
for (const del of ['update-wins', 'delete-wins', 'manual'] as const)
  for (const policy of ['latest', 'manual', 'text'])
    for (const [systems, edits] of [
      [['ce', 'fno'], 1],
      [['ce', 'fno'], 2],
      [['ce', 'fno', 'pos'], 1],
    ] as const) {
      const t = performance.now();
      const { orders, differing } = explore(core, { systems, edits, policy: { name: policy, options: undefined }, delete: del });
      console.log(del, policy, systems.length, edits, orders, differing.length, Math.round(performance.now() - t), differing.slice(0, 3));
    }
