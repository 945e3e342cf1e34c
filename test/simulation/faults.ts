import type { Fault, Story } from './story.ts';

/** Which fault the next call of a port meets, as the story has it. */
export interface Faults {
  next(port: string, method: Fault['method']): Fault['kind'] | undefined;
  stop(): void;
  readonly isCalm: boolean;
}

export function faultsOf(story: Story, figures: { faults: number }): Faults {
  const planned = new Map(story.faults.map(({ port, method, number, kind }) => [`${port} ${method} ${number}`, kind]));
  const calls = new Map<string, number>();
  let isCalm = false;
  return {
    next(port, method) {
      if (isCalm) return undefined;
      const name = `${port} ${method}`;
      const number = calls.get(name) ?? 0;
      calls.set(name, number + 1);
      const kind = planned.get(`${name} ${number}`);
      if (kind !== undefined) figures.faults += 1;
      return kind;
    },
    stop: () => void (isCalm = true),
    get isCalm() {
      return isCalm;
    },
  };
}
