import { UserError } from '../../errors.ts';
import { readPlainFile } from '../plainFile.ts';

const LIMIT = 1024 * 1024;

/**
 * The content of a file without the newline at its end. Throws UserError('credentials') when it is absent or empty, and
 * UserError('refused') when others may read it; the link rule is that of readPlainFile.
 */
export function fromFile(path: string): string {
  const file = readPlainFile(path, LIMIT);
  if (file === undefined)
    throw new UserError('credentials', `there is no file ${path}`, { next: [`put the value in ${path}`] });
  if ((file.mode & 0o077) !== 0) {
    throw new UserError('refused', `${path} can be read by others`, { next: [`chmod 600 ${path}`] });
  }
  const value = file.text.replace(/\r?\n$/, '');
  if (value === '') throw new UserError('credentials', `${path} is empty`, { next: [`put the value in ${path}`] });
  return value;
}
