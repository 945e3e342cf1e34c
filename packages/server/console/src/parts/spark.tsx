const [WIDTH, HEIGHT] = [96, 22];
/** As many points as can be seen. */
const POINTS_MAX = 96;

/** A number's history beside it, without axes: for the shape alone. */
export function Spark({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const points = thinned(values);
  const top = Math.max(...points, 1);
  if (points.length < 2) return <span className="spark" />;
  const at = points.map(
    (value, index) => `${((index / (points.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`${label}: at most ${top}`}
    >
      <polyline points={`0,${HEIGHT} ${at.join(' ')} ${WIDTH},${HEIGHT}`} className="under" />
      <polyline points={at.join(' ')} className="over" />
    </svg>
  );
}

/** Of several that fall on one point, the largest: a peak must be seen. */
function thinned(values: readonly number[]): readonly number[] {
  const step = Math.max(1, Math.ceil(values.length / POINTS_MAX));
  const count = Math.ceil(values.length / step);
  return Array.from({ length: count }, (_point, index) => Math.max(...values.slice(index * step, (index + 1) * step)));
}
