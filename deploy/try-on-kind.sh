#!/usr/bin/env bash
# Tries everything on a cluster of its own: creates it with kind, rolls flower delivery out, orders, shows a setting from
# outside and the scale-out under load, and removes the cluster. KEEP=1 leaves it. Takes about 20 minutes and 8 GiB of memory.
# Needs docker, kind 0.31 or newer (its network plugin enforces network policies), kubectl, curl and Node 24.
set -euo pipefail
cd "$(dirname "$0")/.."
cluster=flower-delivery
namespace=flower-delivery
node=kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0
strimzi=1.2.0
keda=2.20.2
metrics_server=0.8.1
github=https://github.com
gateway=http://127.0.0.1:8088

for tool in docker kind kubectl curl node; do
  command -v "$tool" >/dev/null || { echo "$tool is not on the PATH"; exit 1; }
done

work=$(mktemp -d)
finish() {
  rm -rf "$work"
  if [ "${KEEP:-}" = 1 ]; then echo "The cluster stays: kind delete cluster --name $cluster"; else kind delete cluster --name "$cluster"; fi
}
trap finish EXIT
# Only for this script: the context of the person's own clusters stays as it is.
export KUBECONFIG=$work/kubeconfig
in_namespace() { kubectl -n "$namespace" "$@"; }

echo '== cluster'
kind create cluster --name "$cluster" --image "$node" --config deploy/kind-cluster.yaml --wait 180s

echo '== operators'
kubectl create namespace strimzi
curl -fsSL "$github/strimzi/strimzi-kafka-operator/releases/download/$strimzi/strimzi-cluster-operator-$strimzi.yaml" |
  sed 's/namespace: myproject/namespace: strimzi/' >"$work/strimzi.yaml"
kubectl apply --server-side -n strimzi -f "$work/strimzi.yaml"
# It watches its own namespace unless told otherwise, and needs its rights in each that it watches.
for role in namespaced watched; do
  kubectl create clusterrolebinding "strimzi-$role" --clusterrole="strimzi-cluster-operator-$role" \
    --serviceaccount=strimzi:strimzi-cluster-operator
done
kubectl create clusterrolebinding strimzi-entity-operator --clusterrole=strimzi-entity-operator \
  --serviceaccount=strimzi:strimzi-cluster-operator
kubectl -n strimzi set env deployment/strimzi-cluster-operator STRIMZI_NAMESPACE='*'
kubectl apply --server-side -f "$github/kedacore/keda/releases/download/v$keda/keda-$keda.yaml"
kubectl apply -f "$github/kubernetes-sigs/metrics-server/releases/download/v$metrics_server/components.yaml"
# The kubelet of a kind node signs its own certificate.
kubectl -n kube-system patch deployment metrics-server --type=json \
  -p '[{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--kubelet-insecure-tls"}]'
kubectl -n strimzi rollout status deployment/strimzi-cluster-operator --timeout=300s
kubectl -n keda rollout status deployment/keda-operator --timeout=300s
kubectl -n kube-system rollout status deployment/metrics-server --timeout=300s

echo '== images'
for target in flower-delivery flower-prepare flower-connect connectctl console; do
  docker build --target "$target" --tag "outbox-cdc/$target:dev" .
  kind load docker-image "outbox-cdc/$target:dev" --name "$cluster"
done

echo '== roll-out'
deploy/make-secrets.sh
deploy/roll-out.sh deploy/flower-delivery/overlays/kind

secret=$(in_namespace exec deployment/auth -- node -p 'require("fs").readFileSync("/var/lib/auth/operator", "utf8").trim()')
token=$(curl -fsS -u "operator:$secret" -d grant_type=client_credentials "$gateway/oauth/token" |
  node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).access_token')
ask() { curl -fsS -H "authorization: Bearer $token" -H 'content-type: application/json' "$@"; }

echo '== an item, and an order of it'
ask -X POST "$gateway/items" -d '{"itemName":"roses","storeName":"KJSHOP","itemPrice":50000,"stockCnt":1000000}'
until_listed=$((SECONDS + 30))
until ask "$gateway/menus/1" || ((SECONDS > until_listed)); do sleep 1; done
ask -i -X POST "$gateway/orders" -d '{"itemId":1,"qty":3,"userName":"Kim"}'
sleep 3
ask "$gateway/myPages/1"

echo '== a setting from outside: order says what the ConfigMap says'
in_namespace exec deployment/order -- node -e \
  'fetch("http://127.0.0.1:8080/metrics").then(r => r.text()).then(t => console.log(t.match(/^service_setting.*/gm).join("\n")))'

echo '== nothing but the gateway is reachable from another namespace'
# shellcheck disable=SC2016 # JavaScript
kubectl run stranger --image=outbox-cdc/flower-delivery:dev --restart=Never --rm -i --quiet --command -- node --input-type=module -e '
  for (const name of ["gateway", "order", "payment", "item", "shop", "delivery", "auth", "keeper", "console"])
    await fetch(`http://${name}.flower-delivery:8080/health/live`, { signal: AbortSignal.timeout(3000) })
      .then(r => console.log(name, r.status), () => console.log(name, "not reachable"))'

echo '== 100 users for two minutes: payment scales out'
cat >"$work/crowd.mjs" <<'JS'
const [url, token] = process.argv.slice(2)
const end = Date.now() + 120_000
const counts = {}
const user = async () => {
  while (Date.now() < end) {
    const body = JSON.stringify({ itemId: 1, qty: 1, userName: 'Kim' })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/orders`, { method: 'POST', headers, body }).then(r => (r.arrayBuffer(), r.status), () => 'no answer')
    counts[answer] = (counts[answer] ?? 0) + 1
  }
}
await Promise.all(Array.from({ length: 100 }, user))
console.log(counts)
JS
in_namespace get hpa
node "$work/crowd.mjs" "$gateway" "$token" &
crowd=$!
for _ in $(seq 12); do
  sleep 10
  in_namespace get hpa --no-headers
done
wait "$crowd"
in_namespace get deployments
