import { formatSize } from '../../config/size.ts';
import type { Palette } from '../../ui/paint.ts';
import { plain } from '../../ui/plain.ts';
import type { LogLine } from '../protocol.ts';
import { refusalWords } from './words.ts';

/** A decision as one line for people; what a box made up of it cannot move the cursor. Pure. */
export function decisionLine(line: LogLine, colours: Pick<Palette, 'red' | 'green' | 'dim'>): string {
  const { verdict, box, host, port, rule, reason, address, up, down } = line;
  const where = `${plain(host)}:${port}`;
  const why =
    verdict === 'allow'
      ? `by ${plain(rule ?? '-')}`
      : `${refusalWords(plain(reason ?? 'denied'))}${address === undefined ? '' : ` (${plain(address)})`}`;
  const bytes = up === undefined || down === undefined ? '' : `  ${formatSize(up)} up, ${formatSize(down)} down`;
  const mark = verdict === 'allow' ? colours.green('allowed') : colours.red('denied ');
  return `${colours.dim(clock(line.time))}  ${mark}  ${plain(box)}  ${where}  ${why}${bytes}`;
}

/** Local time of day, with the date when it is not today's program that reads it later. */
function clock(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return plain(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
