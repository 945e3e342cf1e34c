import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { DeletePolicy, TableSide } from '../map/table.ts';
import type { Right, TableFacts } from '../ports/system.ts';
import type { AuditFinding, AuditSeverity } from './finding.ts';

/** What a map has done in a system, and what our user may do there. */
export function checkRights({ map }: Table, { system, only }: TableSide, { rights }: TableFacts): readonly AuditFinding[] {
  const tell = (severity: AuditSeverity, words: string, fix: string): AuditFinding => ({
    code: 'A14',
    severity,
    entity: map.entity,
    system,
    words,
    fix,
  });
  if (!rights) return [tell('note', 'it does not tell what our user may do', 'Look through the roles of the application user by hand.')];
  return neededIn(system, only, map.delete).flatMap((right) => {
    const told = rights[right];
    if (!told || told.reach === 'all') return [];
    const fix = `Give it ${told.name} for the whole organisation, by a security role.`;
    if (told.reach === 'none') return [tell('error', `our user may not ${right} rows: it lacks ${told.name}`, fix)];
    // What it makes is its own.
    if (right === 'create') return [];
    const what =
      right === 'read' ? 'what others own is not told, and looks as if it were not there' : 'writes to what others own are refused';
    return [tell('warning', `our user may ${right} rows of some owners only (${told.name}, ${told.told}): ${what}`, fix)];
  });
}

function neededIn(system: SystemId, only: TableSide['only'], policy: DeletePolicy): readonly Right[] {
  if (only === 'read') return ['read'];
  return deletesIn(system, policy) ? ['read', 'create', 'update', 'delete'] : ['read', 'create', 'update'];
}

/** Whether a deletion elsewhere may come to be one here. */
function deletesIn(system: SystemId, policy: DeletePolicy): boolean {
  if (typeof policy === 'object') return 'owner' in policy && policy.owner !== system;
  return policy !== 'unlink' && policy !== 'restore';
}
