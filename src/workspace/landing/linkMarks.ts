import { isDotGit } from './bareName.ts';
import type { Change, Mark } from './change.ts';
import { hasNewContent } from './change.ts';

/** What speaks against a symbolic link or a submodule that would land. Pure. */
export function linkMarks(change: Change): readonly Mark[] {
  const { before, after } = change;
  if (after?.mode === '160000')
    return [
      {
        rule: 'submodule',
        level: 'ask',
        reason: 'is a submodule: git fetches what it names, from where .gitmodules says',
      },
    ];
  if (after?.mode !== '120000' || (before?.mode === '120000' && !hasNewContent(change))) return [];
  const target = after.content === undefined ? undefined : Buffer.from(after.content).toString('utf8');
  const why = target === undefined ? 'leads where could not be read' : leavesBy(change.path, target);
  if (why !== undefined) return [{ rule: 'symlink-out', level: 'refuse', reason: `is a symbolic link that ${why}` }];
  const reason =
    before === undefined || before.mode === '120000'
      ? 'leads to another path of the project'
      : 'takes the place of a file';
  return [{ rule: 'symlink', level: 'note', reason: `is a symbolic link that ${reason}` }];
}

/**
 * How a link leaves the project, undefined for one that stays inside. Going up is fine at the beginning of a target alone:
 * after a name, where it leads depends on whether that is a link itself.
 */
function leavesBy(path: string, target: string): string | undefined {
  if (target === '' || target.includes('\0')) return 'leads nowhere';
  if (target.startsWith('/') || /^[a-z]:|^\\/i.test(target)) return 'leads out of the project, to an absolute path';
  const parts = target.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  const names = parts.findIndex((part) => part !== '..');
  const up = names < 0 ? parts.length : names;
  if (parts.slice(up).includes('..')) return 'goes up again after it went down, which may lead out of the project';
  if (up > path.split('/').length - 1) return 'leads out of the project';
  if (parts.some(isDotGit)) return 'leads into a .git';
  return undefined;
}
