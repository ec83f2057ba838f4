/** A number of tokens with separators: `1,234,567`. Pure. */
export function formatTokens(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

const UNITS = ['', 'k', 'M', 'G', 'T'];

/** The same in at most six characters, where a line would be too long: `1.23M`. Pure. */
export function shortTokens(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)}` : `${value.toPrecision(3)}${UNITS[unit]}`;
}

/** US dollars: to the cent from a cent on, below with as many places as show something. Undefined is `-`. Pure. */
export function formatCost(dollars: number | undefined): string {
  if (dollars === undefined) return '-';
  const digits = dollars === 0 || dollars >= 0.01 ? 2 : 4;
  if (dollars > 0 && dollars < 0.0001) return '<$0.0001';
  return `$${dollars.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
