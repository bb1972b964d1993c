#!/bin/sh
# Loads an archive of policies into the local store, and pushes those of a list to a registry: the second half of moving
# policies to a network without a way out. The first is kubewarden-save-policies.sh.
set -eu

kwctl=${KWCTL_CMD:-kwctl}
# lists that were written on Windows have it at the end of each line
cr=$(printf '\r')
list=kubewarden-policies.txt
archive=kubewarden-policies.tar.gz
registry=
sources=

usage() {
  cat <<USAGE
Usage: $0 -r REGISTRY [-l FILE] [-p FILE] [-s FILE]

  -r, --registry HOST       the registry to push to, such as registry.local:5000
  -l, --policies-list FILE  policies, one address a line; lines that begin with # are comments (default: $list)
  -p, --policies FILE       the archive to read (default: $archive)
  -s, --sources-path FILE   how the registry is reached, as kwctl takes it
  -h, --help                this text

registry://ghcr.io/acme/policy:v1 becomes registry://REGISTRY/acme/policy:v1; so does https://HOST/path.
KWCTL_CMD names the kwctl to use.
USAGE
}

fail() {
  echo "$0: $1" >&2
  exit "${2:-1}"
}

while [ $# -gt 0 ]; do
  case $1 in
    -r | --registry) [ $# -ge 2 ] || fail "$1 needs a host" 2; registry=$2; shift 2 ;;
    -l | --policies-list) [ $# -ge 2 ] || fail "$1 needs a file" 2; list=$2; shift 2 ;;
    -p | --policies) [ $# -ge 2 ] || fail "$1 needs a file" 2; archive=$2; shift 2 ;;
    -s | --sources-path) [ $# -ge 2 ] || fail "$1 needs a file" 2; sources=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unexpected argument '$1'" 2 ;;
  esac
done
registry=${registry#registry://}
registry=${registry%/}
[ -n "$registry" ] || { usage >&2; fail "--registry is required" 2; }
[ -r "$list" ] || fail "cannot read the list of policies $list"
[ -r "$archive" ] || fail "cannot read the archive $archive"

"$kwctl" load --input "$archive" || fail "cannot load $archive"

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
  path=${policy#*://}
  destination=registry://$registry/${path#*/}
  echo "pushing $policy to $destination" >&2
  if [ -n "$sources" ]; then
    "$kwctl" push "$policy" "$destination" --sources-path "$sources" </dev/null || fail "cannot push $policy"
  else
    "$kwctl" push "$policy" "$destination" </dev/null || fail "cannot push $policy"
  fi
done <"$list"
