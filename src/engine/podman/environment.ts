/** What podman and its helpers read, by name or by the beginning of it. */
const NAMES = new Set([
  ...['HOME', 'USER', 'LOGNAME', 'PATH', 'LANG', 'TERM', 'TZ', 'TMPDIR', 'DBUS_SESSION_BUS_ADDRESS', 'DOCKER_CONFIG'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
  ],
  ...['REGISTRY_AUTH_FILE', 'STORAGE_DRIVER', 'STORAGE_OPTS'],
]);
const BEGINNINGS = ['LC_', 'XDG_', 'CONTAINERS_', 'PODMAN_', 'BUILDAH_'];

/**
 * The part of an environment that podman needs. The rest stays away from it: a monitor process that lives as long as the
 * box inherits podman's environment, and the caller's may hold secrets. Pure.
 */
export function podmanEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && (NAMES.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning)))
        ? [[name, value]]
        : [],
    ),
  );
}
