import { UsageError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/**
 * The time that `--since` means, in milliseconds since 1970: `12h`, `7d` or `4w` before now, `today`, or a day such as
 * `2026-11-01`; days begin at midnight where the user is. Throws UsageError. Pure but for the time zone.
 */
export function parseSince(text: string, now: Date): number {
  if (text === 'today') return new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const [, amount, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  if (amount !== undefined) return now.getTime() - Number(amount) * (UNITS[unit] ?? 0);
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  if (year !== undefined && date.getMonth() === Number(month) - 1) return date.getTime();
  throw new UsageError(`--since ${text}: not a time`, ['for example 7d, 12h, today or 2026-11-01']);
}

/** The day of a time (milliseconds since 1970) where the user is, as `2026-11-01`. Pure but for the time zone. */
export function dayOf(time: number): string {
  const date = new Date(time);
  const two = (number: number) => `${number}`.padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day and the minute of a time, as `2026-11-01 09:05`. Pure but for the time zone. */
export function minuteOf(time: number): string {
  const date = new Date(time);
  const two = (number: number) => `${number}`.padStart(2, '0');
  return `${dayOf(time)} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
