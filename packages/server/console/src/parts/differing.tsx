import { diffWordsWithSpace } from 'diff';

/** A text, with the words marked that came in and those that went. */
export function Differing({ before, after }: { readonly before: string; readonly after: string }) {
  let at = 0;
  return (
    <span className="differing">
      {diffWordsWithSpace(before, after).map(({ value, added, removed }) => {
        at += value.length + 1;
        if (added) return <ins key={at}>{value}</ins>;
        return removed ? <del key={at}>{value}</del> : <span key={at}>{value}</span>;
      })}
    </span>
  );
}
