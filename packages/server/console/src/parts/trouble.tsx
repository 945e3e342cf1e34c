import type { Problem } from '../api/client.ts';

/** A page that cannot be shown, and what to do about it. */
export function Trouble({ problem }: { readonly problem: Problem }) {
  return (
    <div className="trouble" role="alert">
      <h1>{problem.message}</h1>
      <p>{problem.status === 0 ? 'It is not running, or something stands in between. This page tries again by itself.' : problem.remedy}</p>
    </div>
  );
}
