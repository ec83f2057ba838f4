/** Something that is tried from inside a box, and from a container that has not its walls. */
export interface Probe {
  readonly what: string;
  /** A shell command; the last line that it prints is the result. */
  readonly run: string;
  readonly box: RegExp;
  /** The result in a container of root that has what a box must not have. */
  readonly control: RegExp;
  /** Where it says nothing: gVisor's own kernel shows some things otherwise, and rootless Podman's root is none. */
  readonly not?: readonly ('docker + gVisor' | 'podman')[];
}

const status = (field: string) => `grep ^${field}: /proc/self/status | cut -f2`;
const can = (command: string) => `(${command}) >/dev/null 2>&1 && echo yes || echo no`;
const forbidden = (what: string, command: string): Probe => ({
  what,
  run: can(command),
  box: /^no$/,
  control: /^yes$/,
});
const allowed = (what: string, command: string): Probe => ({ what, run: can(command), box: /^yes$/, control: /^yes$/ });

/** What G1 and G2 say of a box, as far as a shell can try it. */
export const PROBES: readonly Probe[] = [
  { what: 'runs as an ordinary user', run: 'id -u', box: /^[1-9]\d*$/, control: /^0$/ },
  { what: 'is in one ordinary group', run: 'id -G', box: /^[1-9]\d*$/, control: /^0\b/ },
  { what: 'has a name', run: 'whoami', box: /^agent$/, control: /^root$/ },
  ...['CapEff', 'CapPrm', 'CapBnd'].map(
    (set): Probe => ({ what: `has no capability (${set})`, run: status(set), box: /^0+$/, control: /[1-9a-f]/ }),
  ),
  { what: 'gains nothing by exec', run: status('NoNewPrivs'), box: /^1$/, control: /^0$/, not: ['docker + gVisor'] },
  { what: 'is under seccomp', run: status('Seccomp'), box: /^2$/, control: /^0$/, not: ['docker + gVisor'] },
  // Podman's own profile lets this through.
  { ...forbidden('makes no namespace of its own', 'unshare -Ur true'), not: ['docker + gVisor', 'podman'] },
  ...['/', '/etc', '/usr/bin', '/usr/local/lib/agentbox', '/var/tmp', '/var/lib', '/root', '/home'].map((dir) =>
    forbidden(`does not write to ${dir}`, `touch ${dir}/probe`),
  ),
  { what: 'has no setuid file', run: 'find / -xdev -type f -perm /6000 | wc -l', box: /^0$/, control: /^[1-9]/ },
  { ...forbidden('has no sudo', 'sudo -n true || doas true || pkexec true || [ $(id -u) = 0 ]') },
  forbidden('does not mount', 'mkdir -p /tmp/m && mount -t tmpfs none /tmp/m'),
  // gVisor lets anybody make one, and there it is gVisor's own.
  { ...forbidden('makes no device', 'mknod /tmp/null c 1 3'), not: ['docker + gVisor', 'podman'] },
  forbidden('gives no file away', 'touch /tmp/mine && chown 12345 /tmp/mine'),
  {
    ...forbidden('sets nothing of the kernel', 'f=/proc/sys/net/ipv4/ip_default_ttl; v=$(cat $f) && echo $v > $f'),
    not: ['podman'],
  },
  {
    what: 'has no device of the host',
    run: 'ls /dev | grep -cE "^(kmsg|k?mem|fuse|loop|[svx]d[a-z])"',
    box: /^0$/,
    control: /^[1-9]/,
  },
  { what: 'sees only its own processes', run: 'ls /proc | grep -c "^[0-9]"', box: /^\d$/, control: /^\d\d/ },
  { what: 'has no socket of an engine', run: 'find /run /tmp /home -type s | wc -l', box: /^0$/, control: /^[1-9]/ },
  allowed('writes to its project', 'echo x > /workspace/probe && rm /workspace/probe'),
  ...['/tmp', '$HOME'].map((dir) =>
    allowed(`runs programs from ${dir}`, `printf '#!/bin/sh\\nexit 0\\n' > ${dir}/p && chmod 755 ${dir}/p && ${dir}/p`),
  ),
  allowed('runs a copy of node from its home', 'cd $HOME && cp $(command -v node) ./node && ./node -e 0'),
];

/** One shell script that tries all of them and prints a line for each. */
export function probesScript(): string {
  return PROBES.map(({ run }) => `r=$( { ${run}; } 2>/dev/null | tail -n 1 ); printf '%s\\n' "$r"`).join('\n');
}

/** Options of a container without the walls. `--privileged` itself needs more than some virtual machines have. */
export const WALLLESS: readonly string[] = [
  ...['--user=0:0', '--pid=host', '--network=none', '--device=/dev/fuse', '--cap-add=SYS_ADMIN', '--cap-add=MKNOD'],
  ...['--security-opt=seccomp=unconfined', '--security-opt=apparmor=unconfined'],
];

/** What is done in there first: a setuid file, which other images have, a socket such as an engine's, a writable /proc/sys. */
export const WALLLESS_BEFORE = `
  cp /bin/true /usr/local/bin/s; chmod 4755 /usr/local/bin/s; mkdir -p /workspace; mount -o remount,rw /proc/sys
  perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "/run/engine.sock", Listen => 1)'`;
