# SPDX-License-Identifier: Apache-2.0
# Words on the terminal, used by ./run and its parts. Sourced, never run.

cache_folder=${XDG_CACHE_HOME:-$HOME/.cache}/albumen
log_folder=build/logs
jobs=$(nproc)
finished_legs=()

# Paths below the checkout count as relative, so that any clone shares what another compiled.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true

say() { printf '== %s\n' "$*"; }

fail() {
  printf 'run: %s\n' "$*" >&2
  exit 1
}

# quietly WHAT COMMAND...: one line when it ends, a sign of life every five seconds, and the whole
# output in build/logs. A failing command shows the end of its output and ends the run.
quietly() {
  local what=$1 started=$SECONDS log process
  shift
  mkdir -p "$log_folder"
  log=$log_folder/${what//[^a-zA-Z0-9.]/-}.log
  "$@" >"$log" 2>&1 &
  process=$!
  while kill -0 "$process" 2>/dev/null; do
    sleep 0.2
    (((SECONDS - started) % 5 == 4)) || continue
    printf '   %s: %d s, %s\n' "$what" $((SECONDS - started)) "$(tail -n 1 "$log" | cut -c 1-80)"
    sleep 1
  done
  if ! wait "$process"; then
    tail -n 40 "$log" >&2
    fail "$what failed; the whole output is in $log"
  fi
  say "$what: done in $((SECONDS - started)) s"
}

# leg NAME COMMAND...: one part of a long check. Its time is kept for say_legs.
leg() {
  local name=$1 started=$SECONDS
  shift
  say "$name"
  "$@"
  finished_legs+=("$(printf '%-45s %5d s' "$name" $((SECONDS - started)))")
}

say_legs() {
  local line
  for line in "${finished_legs[@]}"; do say "$line"; done
}
