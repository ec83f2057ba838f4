/**
 * The text of the narrowest rule that names a host at a port: the one to ask a user for. `host` is canonical; the usual ports
 * need no word, but a name without a dot would be taken for a preset. Pure.
 */
export function nearestRule(host: string, port: number): string {
  const needsPort = (port !== 443 && port !== 80) || !/[.:]/.test(host);
  const name = host.includes(':') ? `[${host}]` : host;
  return needsPort ? `${name}:${port}` : name;
}

/** The text of the rule that lets the host of a URL through, plain HTTP only where the URL says so. Throws for no URL. Pure. */
export function ruleOfUrl(text: string): string {
  const { protocol, hostname, port } = new URL(text);
  if (port === '' && protocol === 'http:') return `${hostname}:80`;
  return nearestRule(hostname.replace(/^\[|\]$/g, ''), Number(port || 443));
}
