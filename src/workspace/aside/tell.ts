import { plain } from '../../ui/plain.ts';
import type { AsideItem } from './store.ts';

/** Lines of one list. */
const SHOWN = 10;

/** One line for something that was moved aside while its box runs. */
export function movedLine({ path, reason }: Pick<AsideItem, 'path' | 'reason'>): string {
  return `${plain(path)} appeared and was moved aside: ${reason}`;
}

/** One line for a guarded or masked path that the host has replaced. */
export function replacedLine(path: string): string {
  return `WARNING: ${plain(path)} was replaced on this machine, so it is no longer guarded: the box sees what is there now and may change it, until you run it anew`;
}

/** One line for what could not be moved. */
export function failedLine({
  thing,
  why,
}: {
  readonly thing: Pick<AsideItem, 'path' | 'reason'>;
  readonly why: string;
}) {
  return `WARNING: ${plain(thing.path)} appeared and cannot be moved aside (${plain(why)}): ${thing.reason}`;
}

/** What was moved aside and waits, with how to go on; no line when nothing waits. */
export function asideLines(box: string, items: readonly AsideItem[]): readonly string[] {
  if (items.length === 0) return [];
  const rest = items.length - SHOWN;
  const [what, they] = items.length === 1 ? ['1 thing', 'it'] : [`${items.length} things`, 'them'];
  return [
    `the box left ${what} that this machine would run by itself; moved aside:`,
    ...items.slice(0, SHOWN).map(({ path, reason, left }) => {
      return `  ${plain(path)}: ${reason}${left === undefined ? '' : ` (still here as ${plain(left)})`}`;
    }),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    `agentbox diff ${box} shows ${they}, agentbox apply ${box} gives ${they} back, agentbox discard ${box} throws ${they} away`,
  ];
}
