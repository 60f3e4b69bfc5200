#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh [FOLDER]: the part of `./run demo` after set-up and build. Indexes FOLDER, or composed
# sample photographs, into a library of its own below build/, and shows the people found.
set -euo pipefail
source scripts/common.sh
source scripts/setup.sh

albumen=build/release/bin/albumen
results=build/demo
library=$results/library.db
people=$results/people

if [[ $# -gt 0 ]]; then
  photographs=$1
  [[ -e $photographs ]] || fail "no such folder: $photographs"
else
  setup_samples
  setup_composer
  "$cache_folder/venv/compose/bin/python" scripts/compose_sets.py \
    --samples "$cache_folder/samples" --out "$cache_folder/samples/sets" demo
  photographs=$cache_folder/samples/sets/demo
  say "these group pictures are composed: packages carry few faces, so nine heads were pasted"
  say "into wallpapers. Try your own: ./run demo ~/Pictures"
fi
[[ -x $albumen ]] || fail "$albumen was not built"
install_models

# Exit code 1 says that some pictures failed; they are named, and the rest is there.
well_enough() { "$@" || (($? == 1)); }

mkdir -p "$results"
say "indexing $photographs"
well_enough "$albumen" --library "$library" index "$photographs"
say "the people found"
"$albumen" --library "$library" people list
"$albumen" --library "$library" people export --out "$people"
say "duplicates"
"$albumen" --library "$library" duplicates

cat <<NEXT
== one folder for each person, with a contact sheet: $people
== what to do next:
   $albumen --library $library people name PERSON "A Name"
   $albumen --library $library people merge PERSON PERSON
   $albumen --library $library export --format jsonl --out pictures.jsonl
   $albumen --help
NEXT
