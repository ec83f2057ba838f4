import { bareName, isDotGit } from './bareName.ts';
import type { Mark } from './change.ts';

/** What a name itself gives away. Pure. */
export function nameMarks(path: string): readonly Mark[] {
  const parts = path.split('/');
  const refused = parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0');
  if (refused) return [{ rule: 'path', level: 'refuse', reason: 'is no path inside the project' }];
  // On Windows a backslash separates too.
  if (path.split(/[/\\]/).some(isDotGit))
    return [
      {
        rule: 'dot-git',
        level: 'refuse',
        reason: 'git takes it for a repository, whose settings and hooks run programs',
      },
    ];
  return DECEIVING.filter(({ when }) => parts.some(when)).map(({ reason }) => ({ rule: 'name', level: 'ask', reason }));
}

const DECEIVING: readonly { readonly when: (part: string) => boolean; readonly reason: string }[] = [
  {
    when: (part) => /\p{Cc}|\p{Zl}|\p{Zp}/u.test(part),
    reason: 'its name has control characters, which can hide it on a terminal',
  },
  {
    when: (part) => /[\u202a-\u202e\u2066-\u2069\u061c]/.test(part),
    reason: 'its name changes the direction of writing, so that it reads as another',
  },
  {
    when: (part) => /(?![\u202a-\u202e\u2066-\u2069\u061c])\p{Cf}/u.test(part),
    reason: 'its name has characters that nobody sees',
  },
  { when: (part) => part.includes('\ufffd'), reason: 'its name is not UTF-8' },
  {
    when: (part) => /[. ]$/.test(part),
    reason: 'its name ends with a dot or a space, which some file systems cut off',
  },
  {
    when: (part) => part.startsWith(' ') || part.startsWith('-'),
    reason: 'its name begins with a space or a dash, which programs take for an option or nothing',
  },
  {
    when: (part) => part.includes('\\') || part.includes(':'),
    reason: 'its name has a backslash or a colon, which Windows reads as a separator or a stream',
  },
  {
    when: (part) => /^[^.~]{1,7}~\d(?:\.[^.]{1,3})?$/.test(part),
    reason: 'its name is one that NTFS gives to another, longer name',
  },
  { when: looksLikeOther, reason: 'its name has letters that look like others' },
];

/** A name in ASCII but for characters that Unicode holds to be the same as ASCII's, such as those of full width. */
function looksLikeOther(part: string): boolean {
  const bare = bareName(part);
  return /[^\p{ASCII}]/u.test(part.normalize('NFC')) && /^[\p{ASCII}]+$/u.test(bare) && !/\p{Cf}/u.test(part);
}
