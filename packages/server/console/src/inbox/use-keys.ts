import { useEffect, useRef } from 'react';

export type Keymap = Readonly<Record<string, (() => unknown) | undefined>>;

const FIELDS = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

/** Keys that do something wherever one is on the page, but in a field, where they are letters, and while a dialog is open. */
export function useKeys(keymap: Keymap): void {
  const now = useRef(keymap);
  now.current = keymap;
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (target instanceof HTMLElement && isWriting(target)) return;
      if (document.querySelector('dialog[open]')) return;
      const act = now.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isWriting(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement && (target.type === 'radio' || target.type === 'checkbox')) return false;
  return FIELDS.has(target.tagName) || target.isContentEditable;
}
