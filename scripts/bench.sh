#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh [WHAT...]: the part of `./run bench` after set-up and build. Tests the instruments,
# composes the photographs that are needed, converts the nets for the Python peer, and measures. The
# table goes to build/bench.md and build/bench.json.
set -euo pipefail
source scripts/common.sh
source scripts/setup.sh

python=$cache_folder/venv/bench/bin/python  # not the one that set-up uses
sets=$cache_folder/samples/sets
nets=$cache_folder/bench/nets
node=$cache_folder/bench/node

PYTHONDONTWRITEBYTECODE=1 "$python" bench/bench_test.py
wanted_sets=$("$python" bench/run.py --list-sets "$@")
mkdir -p "$sets"
# shellcheck disable=SC2086 # one word for each set
[[ -z $wanted_sets ]] || "$cache_folder/venv/compose/bin/python" scripts/compose_sets.py \
  --samples "$cache_folder/samples" --out "$sets" $wanted_sets
"$python" bench/convert_nets.py "$cache_folder/packages" "$nets"
"$python" bench/convert_nets.py --check "$nets"
install_models
"$python" bench/run.py --albumen build/release/bin/albumen --sets "$sets" --nets "$nets" \
  --node "$node" --out build/bench "$@"
