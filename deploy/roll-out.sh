#!/usr/bin/env bash
# Rolls an overlay out: deploy/roll-out.sh deploy/flower-delivery/overlays/release
# Repeated, it changes only what has changed. The Secrets must be there (deploy/make-secrets.sh), and Strimzi and KEDA.
set -euo pipefail
overlay=${1:?usage: deploy/roll-out.sh OVERLAY}
namespace=flower-delivery
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
all=$dir/all.yaml

in_namespace() { kubectl -n "$namespace" "$@"; }
stage() { kubectl apply -f "$all" -l "outbox-cdc/stage=$1"; }

# A Job can't be changed, so the last one goes first.
run_job() {
  local job=$1 stage=$2
  in_namespace delete job "$job" --ignore-not-found --wait
  stage "$stage"
  if ! in_namespace wait "job/$job" --for=condition=Complete --timeout=600s; then
    in_namespace logs "job/$job" --tail=50
    return 1
  fi
}

kubectl kustomize "$overlay" >"$all"

echo '== namespace, databases, Kafka, Connect'
stage namespace
stage engines
in_namespace rollout status statefulset/mysql --timeout=600s
in_namespace rollout status statefulset/postgres --timeout=600s
in_namespace wait kafka/flower --for=condition=Ready --timeout=900s
in_namespace wait kafkatopic --all --for=condition=Ready --timeout=300s
in_namespace wait kafkaconnect/flower --for=condition=Ready --timeout=900s

echo '== accounts and tables'
run_job prepare prepare

# A new connector must begin where the outbox begins. Strimzi doesn't know that place, so it leaves the connectors alone until
# the job has brought them there.
echo '== connectors'
connectors=$(dirname "$0")/flower-delivery/base/connectors.yaml
kubectl annotate --local -f "$connectors" strimzi.io/pause-reconciliation=true -o yaml | kubectl apply -f -
run_job connectors begin
stage connectors
in_namespace wait kafkaconnector --all --for=condition=Ready --timeout=300s

echo '== services'
stage services
in_namespace get deployments -o name | while read -r deployment; do
  in_namespace rollout status "$deployment" --timeout=300s
done
