# shellcheck shell=bash
# How the scripts run rootless Podman: as the caller, or, when that is root, as the test user. Sourced after common.sh.

# podman_user CMD...: runs a program as the user whose Podman is used, with that user's environment and nothing of ours.
podman_user() {
  if ! is_root; then
    "$@"
    return
  fi
  local home uid
  home=$(getent passwd "$PODMAN_TEST_USER" | cut -d: -f6)
  uid=$(id -u "$PODMAN_TEST_USER")
  (
    cd "$home" || exit
    exec runuser -u "$PODMAN_TEST_USER" -- env -i HOME="$home" USER="$PODMAN_TEST_USER" LOGNAME="$PODMAN_TEST_USER" \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin XDG_RUNTIME_DIR="/run/user/$uid" "$@"
  )
}

# Whether a rootless Podman answers.
podman_up() {
  have podman || return 1
  if is_root; then id "$PODMAN_TEST_USER" >/dev/null 2>&1 || return 1; fi
  [[ $(podman_user timeout -k 1 10 podman info --format '{{.Host.Security.Rootless}}' 2>/dev/null) == true ]]
}

podman_has_image() { podman_user timeout -k 1 10 podman image exists "$1" >/dev/null 2>&1; }
