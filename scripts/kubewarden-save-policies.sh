#!/bin/sh
# Pulls the policies of a list, and saves them to one archive: the first half of moving policies to a network without a way
# out. The second is kubewarden-load-policies.sh.
set -eu

kwctl=${KWCTL_CMD:-kwctl}
# lists that were written on Windows have it at the end of each line
cr=$(printf '\r')
list=kubewarden-policies.txt
archive=kubewarden-policies.tar.gz

usage() {
  cat <<USAGE
Usage: $0 [-l FILE] [-p FILE]

  -l, --policies-list FILE  policies, one address a line; lines that begin with # are comments (default: $list)
  -p, --policies FILE       the archive to write (default: $archive)
  -h, --help                this text

KWCTL_CMD names the kwctl to use.
USAGE
}

fail() {
  echo "$0: $1" >&2
  exit "${2:-1}"
}

while [ $# -gt 0 ]; do
  case $1 in
    -l | --policies-list) [ $# -ge 2 ] || fail "$1 needs a file" 2; list=$2; shift 2 ;;
    -p | --policies) [ $# -ge 2 ] || fail "$1 needs a file" 2; archive=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unexpected argument '$1'" 2 ;;
  esac
done
[ -r "$list" ] || fail "cannot read the list of policies $list"

set --
while read -r policy rest || [ -n "$policy" ]; do
  policy=${policy%"$cr"}
  case $policy in
    '' | '#'*) continue ;;
    *://*) ;;
    *) policy=registry://$policy ;;
  esac
  case ${rest%"$cr"} in
    '' | '#'*) ;;
    *) fail "$list: more than one address in the line of $policy" ;;
  esac
  echo "pulling $policy" >&2
  "$kwctl" pull "$policy" </dev/null || fail "cannot pull $policy"
  set -- "$@" "$policy"
done <"$list"
[ $# -gt 0 ] || fail "$list names no policy"

"$kwctl" save "$@" --output "$archive" || fail "cannot save the policies to $archive"
echo "saved $# policies to $archive" >&2
