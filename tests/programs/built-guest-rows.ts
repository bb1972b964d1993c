import { readFileSync } from "node:fs";
import { processEnvironment } from "../../packages/policy-runtime/src/node/environment.ts";
import { loadRegoModule } from "../guests/rego-module.ts";
import { regoPolicy } from "../support/rego-guest.ts";
import { guestModulePath, type RegoGuest } from "../support/requirements.ts";
import { asPolicy } from "../support/text-guest.ts";
import type { GuestRow, RequestName } from "./guest-row.ts";
import { accepts, endless, refused, rejects, type Verdict } from "./verdict.ts";

const resources = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "apps/v1", kind: "Deployment" },
];
const stamped = rejects('"allowed":true,"patchType":"JSONPatch","patch":"');

type GoGuest = "go-wasi" | "go-wapc-reactor" | "go-host-calls" | "go-host-calls-wapc" | "go-cel";

/** Every guest in Go; only where `requires("go")` does not skip. */
export function goGuestRows(): GuestRow[] {
  return [
    ...(["go-wasi", "go-wapc-reactor"] as const).flatMap((name) => [
      goRow(name, "accepts", "plain", accepts),
      goRow(name, "rejects", "forbidden", rejects("label forbidden is set")),
      goRow(name, "says-why", "forbidden", rejects("not here"), { message: "not here" }),
      goRow(name, "resolves", "resolve", rejects("localhost is ")),
    ]),
    goRow("go-wasi", "mutates", "stamp", stamped),
    goRow("go-wasi", "fails", "fail-with", rejects('"message":"boom","code":500')),
    goRow("go-wasi", "settings", "plain", refused("message must not be empty"), { message: "" }),
    ...hostCallRows("go-host-calls"),
    ...hostCallRows("go-host-calls-wapc").slice(0, 2),
    goRow("go-cel", "rejects", "plain", rejects("failed expression: "), { expression: "has(object.spec)" }),
  ];
}

/** The first two show how answers come; the others, what is asked. */
function hostCallRows(name: GoGuest): GuestRow[] {
  const row = (call: string, input: unknown, text: string): GuestRow => ({
    ...goRow(name, call, "plain", rejects(text), { call, input }),
    resources,
  });
  const namespace = { api_version: "v1", kind: "Namespace" };
  const service = { api_version: "v1", kind: "Service", namespace: "front" };
  const resourceAttributes = { namespace: "front", verb: "get", group: "", resource: "pods" };
  return [
    row("lookup-host", "localhost", "dns_lookup_host"),
    row("list-resources", namespace, "NamespaceList"),
    row("list-resources-by-namespace", { ...service, label_selector: "app=web" }, "ServiceList"),
    row("get-resource", { ...service, name: "web", disable_cache: false }, "front"),
    row(
      "can-i",
      { subject_access_review: { user: "alice", resourceAttributes }, disable_cache: false },
      "allowed by the fake",
    ),
    row("log", { level: "warn", message: "m" }, "tracing"),
    row(
      "raw",
      { binding: "kubewarden", namespace: "kubernetes", operation: "no_such", payload: "{}" },
      "unknown operation: no_such",
    ),
    row("manifest-digest", "127.0.0.1:1/none@sha256:00", "invalid reference format"),
  ];
}

function goRow(
  name: GoGuest,
  what: string,
  request: RequestName,
  verdict: Verdict,
  settings: object = {},
): GuestRow {
  const executionMode = ["go-wapc-reactor", "go-host-calls-wapc"].includes(name) ? "kubewarden-wapc" : "wasi";
  return {
    ...{ id: `${name}-${what}`, request, verdict, settings },
    module: () => asPolicy(readFileSync(guestModulePath(name)), { executionMode, mutating: true }),
  };
}

const response = (more: object): object => ({
  answer: { response: { uid: "other", allowed: false, ...more } },
});

type RegoRow = GuestRow & { readonly guest: RegoGuest };

/** Every guest in Rego; only where `requires("opa")` does not skip. */
export async function regoGuestRows(): Promise<GuestRow[]> {
  const rows: RegoRow[] = [
    ...(["opa-labels", "opa-labels-v0"] as const).flatMap((name) => [
      regoRow(name, "accepts", "plain", accepts),
      regoRow(name, "rejects", "forbidden", rejects("label forbidden is set")),
      regoRow(name, "says-why", "forbidden", rejects("not here"), { message: "not here" }),
      regoRow(name, "mutates", "stamp", stamped),
    ]),
    ...(["gatekeeper-labels", "gatekeeper-labels-v0"] as const).flatMap((name) => [
      regoRow(name, "accepts", "plain", accepts),
      regoRow(name, "rejects", "forbidden", rejects("label forbidden is set")),
      regoRow(name, "looks-for-another", "forbidden", accepts, { labels: ["other"] }),
    ]),
    regoRow("gatekeeper-always-happy", "accepts", "plain", accepts),
    regoRow("gatekeeper-always-unhappy", "rejects", "plain", rejects("failing as expected")),
    ...answerRows(),
    regoRow("opa-raw", "accepts", "raw", accepts, { users: ["alice"] }),
    regoRow("opa-raw", "rejects", "raw", rejects("user alice is not known"), { users: [] }),
    {
      ...regoRow("opa-inventory", "sees", "plain", rejects("services/front/web/Service"), { kubernetes: 1 }),
      resources,
    },
    {
      ...regoRow("gatekeeper-inventory", "sees", "plain", rejects("namespace front v1 Service web")),
      resources,
    },
    regoRow("opa-builtins", "computes", "plain", rejects("sprintf")),
    regoRow("opa-endless", "ends", "plain", endless),
    regoRow("opa-http-send", "asks", "plain", refused("Missing Rego builtins: http.send")),
  ];
  return Promise.all(rows.map(withMissing));
}

/** What a policy says in full, and what it must not say. */
function answerRows(): RegoRow[] {
  const opa = (what: string, verdict: Verdict, settings: object): RegoRow =>
    regoRow("opa-answer", what, "plain", verdict, settings);
  const gatekeeper = (what: string, verdict: Verdict, settings: object): RegoRow =>
    regoRow("gatekeeper-answer", what, "plain", verdict, settings);
  const causes = [{ field: "f", message: null }, { reason: "r" }];
  const details = { causes, retry_after_seconds: 5, kind: "k", name: "n" };
  return [
    opa("says-all", rejects('"retryAfterSeconds":5'), {
      ...response({
        warnings: ["w"],
        auditAnnotations: { b: "2", a: "1" },
        status: { code: 418, reason: "Forbidden", message: "é <&>", status: "Failure", details },
      }),
    }),
    opa("has-no-causes", rejects('"details":{'), response({ status: { details: { causes: [] } } })),
    opa("patches-without-type", stamped, response({ allowed: true, patch: "W10=" })),
    opa("has-a-type-without-patch", accepts, response({ allowed: true, patchType: "JSONPatch" })),
    opa("says-nothing", rejects("cannot interpret OPA policy result"), {}),
    opa("says-nonsense", rejects("internal server error: "), response({ allowed: "yes" })),
    gatekeeper("says-nothing", rejects("cannot interpret Gatekeeper policy result: "), {}),
    gatekeeper("says-nonsense", rejects("cannot interpret Gatekeeper policy result: "), { answer: 1 }),
    gatekeeper("says-no-message", rejects('"allowed":false'), { answer: [{ details: {} }] }),
  ];
}

function regoRow(
  name: RegoGuest,
  what: string,
  request: RequestName,
  verdict: Verdict,
  settings: object = {},
): RegoRow {
  const id = `${name}-${what}`;
  return { guest: name, id, module: () => regoPolicy(name), request, verdict, settings };
}

/** Functions that a module leaves to its host are made one after the other: what is not there yet is named. */
async function withMissing({ guest, ...row }: RegoRow): Promise<GuestRow> {
  if (row.verdict.kind === "refused") return row;
  const { hostFunctions } = await loadRegoModule(guest);
  const offered = await processEnvironment.loadBuiltins?.(hostFunctions);
  const missing = hostFunctions.filter((each) => !Object.hasOwn(offered ?? {}, each));
  if (missing.length === 0) return row;
  return { ...row, missing: `it needs functions that are not there yet: ${missing.join(", ")}` };
}
