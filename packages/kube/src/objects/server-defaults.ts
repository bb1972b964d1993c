import type { JsonObject } from "./json-value.ts";
import { isJsonObject, objectsIn } from "./json-value.ts";

/**
 * What the API server fills in when it stores an object of the kinds that we write, so that what it added is not taken
 * for a difference. A field that is missing here costs one patch without effect in a pass, no more.
 * @param object - is changed
 */
export function fillDefaults(kind: string, object: JsonObject): void {
  const spec = isJsonObject(object["spec"]) ? object["spec"] : undefined;
  switch (kind) {
    case "Deployment":
      if (spec !== undefined) fillDeployment(spec);
      return;
    case "Service":
      if (spec !== undefined) fillService(spec);
      return;
    case "Secret":
      return fill(object, { type: "Opaque" });
    case "ValidatingWebhookConfiguration":
      return fillWebhooks(object, {});
    case "MutatingWebhookConfiguration":
      return fillWebhooks(object, { reinvocationPolicy: "Never" });
  }
}

/** What the API server chooses once for an object: it counts as wanted where nothing else is. */
export function assignedFields(kind: string): readonly string[] {
  return kind === "Service"
    ? ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"]
    : [];
}

function fill(object: JsonObject, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) object[key] ??= value;
}

function fillService(spec: JsonObject): void {
  fill(spec, { type: "ClusterIP", sessionAffinity: "None", internalTrafficPolicy: "Cluster" });
  for (const port of objectsIn(spec["ports"])) fill(port, { protocol: "TCP", targetPort: port["port"] });
}

function fillWebhooks(object: JsonObject, more: JsonObject): void {
  for (const webhook of objectsIn(object["webhooks"])) {
    fill(webhook, {
      ...{ failurePolicy: "Fail", matchPolicy: "Equivalent", timeoutSeconds: 10 },
      ...{ namespaceSelector: {}, objectSelector: {} },
      ...more,
    });
    for (const rule of objectsIn(webhook["rules"])) fill(rule, { scope: "*" });
    const { service } = isJsonObject(webhook["clientConfig"]) ? webhook["clientConfig"] : {};
    if (isJsonObject(service)) fill(service, { port: 443 });
  }
}

function fillDeployment(spec: JsonObject): void {
  const strategy: JsonObject = { type: "RollingUpdate" };
  fill(spec, { replicas: 1, strategy, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  if (isJsonObject(spec["strategy"]) && spec["strategy"]["type"] === "RollingUpdate") {
    fill(spec["strategy"], { rollingUpdate: {} });
    const { rollingUpdate } = spec["strategy"];
    if (isJsonObject(rollingUpdate)) fill(rollingUpdate, { maxUnavailable: "25%", maxSurge: "25%" });
  }
  const template = isJsonObject(spec["template"]) ? spec["template"] : {};
  if (isJsonObject(template["spec"])) fillPodSpec(template["spec"]);
}

function fillPodSpec(spec: JsonObject): void {
  fill(spec, {
    ...{ restartPolicy: "Always", terminationGracePeriodSeconds: 30, dnsPolicy: "ClusterFirst" },
    ...{ schedulerName: "default-scheduler", securityContext: {}, affinity: {} },
    ...{ hostNetwork: false, hostPID: false, hostIPC: false, enableServiceLinks: true },
  });
  // the old name of the same field
  if (typeof spec["serviceAccountName"] === "string") {
    fill(spec, { serviceAccount: spec["serviceAccountName"] });
  }
  for (const container of objectsIn(spec["containers"])) fillContainer(container);
  for (const container of objectsIn(spec["initContainers"])) fillContainer(container);
  for (const volume of objectsIn(spec["volumes"])) fillVolume(volume);
}

function fillContainer(container: JsonObject): void {
  fill(container, {
    ...{ terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File", resources: {} },
    imagePullPolicy: pullPolicy(String(container["image"])),
  });
  for (const probe of ["readinessProbe", "livenessProbe", "startupProbe"]) {
    const found = container[probe];
    if (isJsonObject(found)) fillProbe(found);
  }
  for (const port of objectsIn(container["ports"])) fill(port, { protocol: "TCP" });
  for (const mount of objectsIn(container["volumeMounts"])) fill(mount, { readOnly: false });
  for (const { valueFrom } of objectsIn(container["env"])) {
    if (!isJsonObject(valueFrom)) continue;
    const { fieldRef, resourceFieldRef } = valueFrom;
    if (isJsonObject(fieldRef)) fill(fieldRef, { apiVersion: "v1" });
    if (isJsonObject(resourceFieldRef)) fill(resourceFieldRef, { divisor: "0" });
  }
}

function fillProbe(probe: JsonObject): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (isJsonObject(probe["httpGet"])) fill(probe["httpGet"], { scheme: "HTTP", path: "/" });
}

function fillVolume(volume: JsonObject): void {
  for (const source of ["secret", "configMap", "downwardAPI", "projected"]) {
    const found = volume[source];
    if (isJsonObject(found)) fill(found, { defaultMode: 420 });
  }
}

/** What moves is pulled each time. */
function pullPolicy(image: string): "Always" | "IfNotPresent" {
  const [name = "", digest] = image.split("@");
  const tag = /:([^:/]*)$/.exec(name)?.[1];
  return tag === "latest" || (tag === undefined && digest === undefined) ? "Always" : "IfNotPresent";
}
