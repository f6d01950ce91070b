# shellcheck shell=bash
# What the scripts tell a person: what happens now, and where they can't go on, why and what to do.

say() {
  printf '==> %s\n' "$*"
}

# fail SENTENCE HINT: ends the script.
fail() {
  printf '\n%s\n%s\n' "$1" "$2" >&2
  exit 1
}

# explain_failure LOG SENTENCE: ends the script with the cause that the log of a failed step shows.
explain_failure() {
  local log=$1 sentence=$2
  if grep -qiE 'no space left on device' "$log"; then
    fail "$sentence The disk is full." 'Free about 3 GB, then run this again: it goes on where it stopped.'
  elif grep -qiE 'retrying|connection (error|refused|broken)|name resolution|timed out' "$log"; then
    fail "$sentence The package registry can't be reached." \
      'Connect this machine to the internet, then run this again: it goes on where it stopped.'
  elif grep -qiE 'hashes? .*(not match|missing|required)' "$log"; then
    fail "$sentence A package is not the one that the lock file names." \
      'Run this again. If it stays, get a fresh clone and tell the maintainers.'
  fi
  fail "$sentence The whole story is in $log." 'Mend what it names, then run this again.'
}

# need_space FOLDER MEGABYTES: ends the script where the folder's disk has less room.
need_space() {
  local folder=$1 needed=$2 free
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
  ((free >= needed)) || fail "There are $free MB left on the disk of $folder; $needed MB are needed." \
    'Free some space there, then run this again.'
}

# elapsed SECONDS: as a person reads it.
elapsed() {
  printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}
