#!/bin/sh
# Installs agentbox for the user who calls it: install.sh [--from DIRECTORY] [--to DIRECTORY]
# Takes the executable for this machine from AGENTBOX_RELEASE_URL, or from a directory (--from), checks it against SHA256SUMS
# there, and only then makes it executable and renames it into place (~/.local/bin, or --to). Needs no root and asks nothing.
set -eu
umask 022

say() { printf 'install: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

from=''
to=${HOME:-}/.local/bin
while [ $# -gt 0 ]; do
  case $1 in
    --from | --to)
      [ $# -gt 1 ] || die "$1 takes a directory"
      if [ "$1" = --from ]; then from=$2; else to=$2; fi
      shift 2
      ;;
    *) die "unknown argument $1; usage: install.sh [--from DIRECTORY] [--to DIRECTORY]" ;;
  esac
done
case $to in /*) ;; *) to=$PWD/$to ;; esac
[ -n "$from" ] || [ -n "${AGENTBOX_RELEASE_URL:-}" ] ||
  die 'set AGENTBOX_RELEASE_URL to where the release is, or name a directory that holds it: --from DIRECTORY'

case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=darwin ;;
  *) die "there is no executable for $(uname -s); the npm package may work: see the README" ;;
esac
case $(uname -m) in
  x86_64 | amd64) processor=x64 ;;
  aarch64 | arm64) processor=arm64 ;;
  *) die "there is no executable for $(uname -m); the npm package may work: see the README" ;;
esac
if [ $system = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then processor=arm64; fi
if [ $system = linux ]; then
  case $processor in x64) loader=/lib64/ld-linux-x86-64.so.2 ;; *) loader=/lib/ld-linux-aarch64.so.1 ;; esac
  [ -e "$loader" ] || die "this system has no glibc ($loader is not there), and the executable needs it"
fi
file=agentbox-$system-$processor

# Sums come from where the file comes from, so nobody in between may change them.
case ${AGENTBOX_RELEASE_URL:-} in
  '' | https://* | http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
  *) [ -n "$from" ] || die "AGENTBOX_RELEASE_URL must begin with https://" ;;
esac
url=${AGENTBOX_RELEASE_URL:-}
url=${url%/}

have sha256sum || have shasum || have openssl ||
  die 'sha256sum, shasum or openssl is needed to check what is fetched'
[ -n "$from" ] || have curl || have wget ||
  die 'curl or wget is needed to fetch it; or fetch the files yourself, and: install.sh --from DIRECTORY'

# get NAME FILE
get() {
  if [ -n "$from" ]; then
    cp "$from/$1" "$2" || die "$1 could not be copied from $from"
  elif have curl; then
    curl --fail --silent --show-error --location --proto-redir =https --retry 2 --connect-timeout 20 --output "$2" "$url/$1" ||
      die "$url/$1 could not be fetched"
  else
    wget -q -O "$2" "$url/$1" || die "$url/$1 could not be fetched"
  fi
}

sum_of() {
  if have sha256sum; then
    sha256sum <"$1"
  elif have shasum; then
    shasum -a 256 <"$1"
  else
    openssl dgst -sha256 -r <"$1"
  fi | cut -c 1-64
}

[ ! -d "$to/agentbox" ] || die "$to/agentbox is a directory"
mkdir -p "$to"
work=$(mktemp -d "$to/.agentbox-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

get SHA256SUMS "$work/sums"
wanted=$(awk -v file="$file" '$2 == file { print $1 }' "$work/sums")
case $wanted in
  *[!0-9a-f]* | '') die "SHA256SUMS has no sum of $file, so nothing was installed" ;;
esac
get "$file" "$work/agentbox"
found=$(sum_of "$work/agentbox")
[ "$found" = "$wanted" ] ||
  die "$file is not what SHA256SUMS says (sum $found, not $wanted), so nothing was installed"

chmod 755 "$work/agentbox"
version=$("$work/agentbox" --version) || die "$file does not start on this machine, so nothing was installed"
# A rename: an agentbox that runs keeps the file it was started from.
mv -f "$work/agentbox" "$to/agentbox"
say "agentbox $version is $to/agentbox"
case :${PATH:-}: in
  *":$to:"*) ;;
  *) say "it is not on your PATH yet; in the file that your shell reads at its start: export PATH=\"$to:\$PATH\"" ;;
esac
