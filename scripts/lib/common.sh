# shellcheck shell=bash
# Helpers shared by the scripts in scripts/: messages, privilege, waiting, packages.
# Sourced, never run.

set -Eeuo pipefail
trap 'say "stopped: line $LINENO of ${BASH_SOURCE[0]##*/} failed"' ERR

# The unprivileged user that owns rootless Podman when the caller is root.
export PODMAN_TEST_USER=agentbox-test
export BASE_IMAGE=node:22-bookworm-slim

# Data goes to stdout, words for people to stderr.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [[ $(id -u) == 0 ]]; }

# Root, or sudo that asks no question.
can_root() { is_root || { have sudo && sudo -n true 2>/dev/null; }; }

need_root() { can_root || die "needs root, or sudo without a password: $*"; }

as_root() {
  if is_root; then "$@"; else sudo -n "$@"; fi
}

has_apt() { [[ $(uname -s) == Linux ]] && have apt-get && have dpkg-query; }

has_systemd() { [[ -d /run/systemd/system ]]; }

# wait_for SECONDS CMD...: repeats a program (no shell function) until it succeeds; no attempt outlives the limit.
wait_for() {
  local deadline=$((SECONDS + $1)) left
  shift
  while left=$((deadline - SECONDS)) && ((left > 0)); do
    timeout -k 1 "$left" "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  return 1
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# apt_install PACKAGE...: installs what is missing; refreshes the lists only when a package is not in them.
apt_install() {
  local missing=() package
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  need_root "apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  apt_get install "${missing[@]}" && return 0
  say "refreshing the package lists"
  apt_get update
  apt_get install "${missing[@]}"
}

apt_get() {
  local flags=(-q -q)
  [[ $1 == install ]] && flags+=(-y --no-install-recommends)
  as_root env DEBIAN_FRONTEND=noninteractive timeout -k 10 900 apt-get "$1" "${flags[@]}" "${@:2}" >&2
}
