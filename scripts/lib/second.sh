# shellcheck shell=bash
# Where the second generation of engines lies. Sourced after common.sh.

export SECOND_SUITE=trixie
export SECOND_ROOT=/var/cache/agentbox-$SECOND_SUITE
# There when everything in the directory is.
export SECOND_MADE=etc/agentbox-made

second_chroot() {
  timeout -k 10 900 chroot "$SECOND_ROOT" env -i DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
