#!/usr/bin/env bash
# Checks delivery.pml with Spin: every configuration exhaustively and without error, and that every mutation breaks it.
# Configurations and mutations are those of the tables in its header.
#
#   src/model/check.sh            all of them
#   src/model/check.sh 3          configuration 3
#   src/model/check.sh 3 21       configuration 3 with mutation 21; leaves the trail of what breaks it in ./delivery.pml.trail
set -euo pipefail

model="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/delivery.pml"
most_memory=2000
most_steps=100000

fail() {
  echo "model: $*" >&2
  exit 1
}

# Lines of a table in the header, as fields: "C<configuration> ..." or "M<mutation> C<configuration> ...".
table() {
  sed -n "s/^ \* *\($1[0-9]* .*\)/\1/p" "$model"
}

# Searches one configuration with one mutation (0: none), and prints configuration, mutation, verdict, states, depth and seconds.
# Verdicts: "none" (the search was exhaustive and found nothing), "unfinished", or what is broken.
search() {
  local configuration="$1" mutation="$2" directory="$3" optimisation=-O1 started="$SECONDS" verdict
  # A mutant is soon broken, so that it takes longer to compile than to search.
  [[ "$mutation" == 0 ]] || optimisation=-O0
  mkdir -p "$directory"
  cd "$directory"
  cp "$model" .
  spin -a -DCONFIG="$configuration" -DMUTATION="$mutation" delivery.pml >spin.log 2>&1 || fail "spin refuses the model: $(cat spin.log)"
  gcc "$optimisation" -w -DSAFETY -DCOLLAPSE -DMEMLIM="$most_memory" -o pan pan.c || fail "the verifier does not compile"
  ./pan -m"$most_steps" >pan.log 2>&1 || true
  if grep -q 'max search depth too small' pan.log || grep -q 'Search not completed' pan.log || ! grep -q 'errors: ' pan.log; then
    verdict="unfinished"
  fi
  if grep -q 'errors: [1-9]' pan.log; then
    verdict="$(sed -n 's/^pan:1: \(.*\) (at depth [0-9]*)$/\1/p' pan.log | tr -s ' ' | tr ' ' '_')"
  fi
  echo "$configuration $mutation ${verdict:-none} $(sed -n 's/^ *\([0-9e+.]*\) states, stored.*/\1/p' pan.log)" \
    "$(sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' pan.log) $((SECONDS - started))" >result
}

command -v spin >/dev/null || fail "spin is not installed (Debian: apt-get install spin)"
command -v gcc >/dev/null || fail "gcc is not installed (Debian: apt-get install gcc libc6-dev)"

if [[ "${1:-}" == --search ]]; then
  search "$2" "$3" "$4"
  exit
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

if [[ $# -gt 0 ]]; then
  here="$PWD"
  (search "$1" "${2:-0}" "$work/one")
  cat "$work/one/result"
  if [[ -f "$work/one/delivery.pml.trail" ]]; then
    cp "$work/one/delivery.pml.trail" "$here"
    echo "model: see it with: spin -t -p -g -DCONFIG=$1 -DMUTATION=${2:-0} -k delivery.pml.trail $model"
  fi
  exit
fi

# What the source can be mutated by is what the table tells of.
diff <(grep -o 'MUTANT([0-9]*)' "$model" | tr -dc '0-9\n' | sort -nu) <(table M | sed 's/^M\([0-9]*\) .*/\1/' | sort -nu) >/dev/null \
  || fail "the mutations in the model are not those of the table in its header"

# The longest first.
{
  table C | sed 's/^C\([0-9]*\) .*/\1 0/' | tac
  table M | sed 's/^M\([0-9]*\) *C\([0-9]*\) .*/\2 \1/'
} | while read -r configuration mutation; do
  echo "$configuration $mutation $work/$configuration-$mutation"
done | xargs -P "$(nproc)" -L 1 "${BASH_SOURCE[0]}" --search

failures=0
printf '%-8s %-9s %10s %6s %5s  %s\n' config mutation states depth s found
while read -r configuration mutation verdict states depth seconds; do
  printf '%-8s %-9s %10s %6s %5s  %s' "$configuration" "${mutation/#0/-}" "$states" "$depth" "$seconds" "${verdict//_/ }"
  if [[ "$verdict" == unfinished ]]; then
    printf '  <- NOT EXHAUSTIVE: raise most_steps or most_memory, or lower the bounds'
    failures=$((failures + 1))
  elif [[ "$mutation" == 0 && "$verdict" != none ]]; then
    printf '  <- BROKEN: see src/model/check.sh %s' "$configuration"
    failures=$((failures + 1))
  elif [[ "$mutation" != 0 && "$verdict" == none ]]; then
    printf '  <- NOT NOTICED'
    failures=$((failures + 1))
  fi
  echo
done < <(cat "$work"/*/result | sort -k2n -k1n)
[[ "$failures" == 0 ]] || fail "$failures of the searches did not end as they must"
echo "model: every configuration holds, every mutation is noticed, in ${SECONDS} s"
