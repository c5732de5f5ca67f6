#!/bin/sh
# Browser journeys need Chromium, printed papers a Chinese font. Install what is missing where this user
# may; say exactly what to install where not. `machine.sh font` asks for the font alone: the papers need it.
set -eu
missing=""
[ "${1:-}" = font ] || command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="chromium"
if ! command -v fc-list >/dev/null 2>&1 || ! fc-list :lang=zh-cn family | grep -q .; then
  missing="$missing fonts-noto-cjk fontconfig"
fi
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then root=""; elif sudo -n true 2>/dev/null; then root="sudo"; else root="none"; fi
  if [ "$root" != none ]; then
    echo "Installing from Debian's packages: $missing"
    # shellcheck disable=SC2086
    $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing && exit 0
  fi
fi
cat >&2 <<MESSAGE
This machine does not have:$missing (papers need the font, tests need both)
  Debian, Ubuntu:  sudo apt-get install $missing
Without a browser, everything else runs with:  make check && .venv/bin/pytest -m "not browser"
MESSAGE
exit 1
