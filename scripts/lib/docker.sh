# shellcheck shell=bash
# What several set-up scripts need to know and do about a Docker engine. Sourced after common.sh.

# The command that succeeds exactly when an engine answers.
DOCKER_PROBE=(docker version --format '{{.Server.Version}}')

docker_up() { have docker && timeout -k 1 5 "${DOCKER_PROBE[@]}" >/dev/null 2>&1; }

# Whether the engine is a daemon of this very machine, so that its configuration is ours to change.
docker_is_local() { pidof dockerd >/dev/null 2>&1; }

docker_has_runtime() {
  # shellcheck disable=SC2016  # a template's variables, not the shell's
  timeout -k 1 5 docker info --format '{{range $name, $_ := .Runtimes}}{{println $name}}{{end}}' 2>/dev/null |
    grep -qxF -- "$1"
}

docker_has_image() { timeout -k 1 10 docker image inspect "$1" >/dev/null 2>&1; }

# A bridge that has no hardware address of its own takes that of one of its ports: another one whenever containers come and
# go, and those that stay lose their way out until they have noticed.
pin_bridge_address() {
  local kind=/sys/class/net/docker0/addr_assign_type
  [[ -r $kind && $(<"$kind") != 3 ]] || return 0
  if docker_is_local && can_root; then as_root ip link set dev docker0 address 02:42:ac:11:00:01; fi
}

reload_dockerd() {
  local pids
  read -ra pids <<<"$(pidof dockerd)"
  as_root kill -HUP "${pids[@]}"
}

# register_runtime NAME PATH [ARG...]: adds a runtime to daemon.json, keeps everything else in it, and has dockerd read it.
register_runtime() {
  local name=$1 file=/etc/docker/daemon.json merged
  merged=$(mktemp)
  node "$(dirname "${BASH_SOURCE[0]}")/merge-runtime.mjs" "$file" "$@" >"$merged"
  if ! cmp -s "$file" "$merged"; then
    say "registering the runtime $name in $file"
    as_root install -D -m 0644 "$merged" "$file"
    reload_dockerd
  elif ! docker_has_runtime "$name"; then
    reload_dockerd
  fi
  rm -f "$merged"
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    docker_has_runtime "$name" && return 0
    sleep 0.1
  done
  die "dockerd did not take the runtime $name over from $file"
}
