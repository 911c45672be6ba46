#!/usr/bin/env bash
# Makes each password in the cluster once, in a Secret that has it as a file. What is there stays. No value is printed, passed
# as an argument, or kept on this machine.
set -euo pipefail
cd "$(dirname "$0")"
namespace=flower-delivery

kubectl create namespace "$namespace" --dry-run=client -o yaml | kubectl apply -f -
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
umask 077

while read -r secret key; do
  if kubectl get secret "$secret" -n "$namespace" >/dev/null 2>&1; then continue; fi
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"$dir/$key"
  kubectl create secret generic "$secret" -n "$namespace" --from-file="$key=$dir/$key"
  rm "$dir/$key"
done <flower-delivery/base/accounts
