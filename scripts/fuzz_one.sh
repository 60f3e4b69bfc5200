#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fuzz_one.sh SECONDS SEED TARGET: runs one libFuzzer program on its corpus, by chance of its own
# where SEED is 0. New inputs go to build/fuzz/found/NAME, so that the checked-in corpus changes only
# by hand; a crash is kept beside them and named on the last line.
set -euo pipefail
seconds=$1
seed=$2
program=build/fuzz/bin/$3
name=${3%_fuzzer}
found=build/fuzz/found/$name
log=build/fuzz/found/$name.log
mkdir -p "$found"

if "$program" -max_total_time="$seconds" -seed="$seed" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$found/" "$found" "fuzz/corpus/$name" >"$log" 2>&1; then
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '== %s: no crash in %s runs\n' "$name" "$runs"
else
  tail -n 60 "$log" >&2
  printf '== %s: FAILED, see %s; put the smallest input into fuzz/corpus/%s\n' \
    "$name" "$log" "$name" >&2
  exit 1
fi
