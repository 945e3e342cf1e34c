import { parseConfig, tellFault, type Config } from '@concord/core';

/** A configuration that must be right. */
export function configIn(text: string, env: Readonly<Record<string, string>> = {}): Config {
  const parsed = parseConfig(text, { file: 'kit.yaml', env });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(tellFault).join('\n'));
  return parsed.config;
}
