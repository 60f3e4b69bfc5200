#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# accuracy.sh [SET...]: the part of `./run accuracy` after set-up and build. Indexes the sample
# photographs and composed sets (default: accuracy and demo), compares what was found with what is
# known, and does the same for near duplicates. The tables go to the terminal and to
# build/accuracy.md; the libraries stay in build/accuracy/.
set -euo pipefail
source scripts/common.sh
source scripts/setup.sh

python=$cache_folder/venv/compose/bin/python
albumen=build/release/bin/albumen
samples=$cache_folder/samples
sets=$samples/sets
results=build/accuracy
dbscan=(--method dbscan --eps 0.33 --min-samples 3)

# Only the flags below decide, not the settings of whoever runs this.
for variable in "${!ALBUMEN_@}"; do unset "$variable"; done
export XDG_CONFIG_HOME=$PWD/$results/no-configuration

index() {  # index NAME MORE...: `albumen index` into a new library of that name
  local name=$1 outcome=0
  shift
  say "indexing $name" >&2
  rm -f "$results/$name".db*
  "$albumen" --library "$results/$name.db" index "$@" >"$results/$name.log" 2>&1 || outcome=$?
  # A picture that cannot be read is a row, and makes the exit code 1: the samples have one.
  ((outcome <= 1)) || fail "indexing $name ended with $outcome; see $results/$name.log"
}

compare() {  # compare NAME TRUTH TITLE
  "$albumen" --library "$results/$1.db" export --format jsonl --out "$results/$1.jsonl"
  printf '\n## %s\n\n' "$3"
  "$python" tests/accuracy/measure.py "$2" "$results/$1.jsonl"
}

photographs() {
  local truth=$results/real_photographs.json sources
  mapfile -t sources < <(find "$samples" -mindepth 1 -maxdepth 1 -type d ! -name sets | sort)
  "$python" tests/accuracy/real_photographs.py "$samples" >"$truth"
  index photographs "${sources[@]}"
  index photographs-thorough --thorough "${sources[@]}"
  compare photographs "$truth" "Sample photographs"
  compare photographs-thorough "$truth" "Sample photographs, --thorough"
  printf '\n'
  "$python" tests/accuracy/pairs.py "$truth" "$results/photographs.db"
}

composed() {
  local name=$1 truth=$sets/$1/truth.json
  index "$name" "$sets/$name"
  compare "$name" "$truth" "Composed set $name"
  printf '\n'
  "$python" tests/accuracy/pairs.py "$truth" "$results/$name.db"
  "$albumen" --library "$results/$name.db" people regroup "${dbscan[@]}" >/dev/null
  compare "$name" "$truth" "Composed set $name, ${dbscan[*]}" | sed -n 1,6p
}

duplicates() {
  rm -rf "$results/copies"
  "$python" tests/accuracy/duplicates.py make "$sets/crops" "$results/copies"
  index copies "$results/copies" --analyzers hashes,quality
  printf '\n## Near duplicates\n\n'
  "$python" tests/accuracy/duplicates.py measure "$albumen" "$results/copies.db"
}

[[ $# -gt 0 ]] || set -- accuracy demo
mkdir -p "$results" "$sets"
"$python" scripts/compose_sets.py --samples "$samples" --out "$sets" "$@" crops:50
install_models
{
  photographs
  for name in "$@"; do composed "${name%%:*}"; done
  duplicates
} | tee build/accuracy.md
