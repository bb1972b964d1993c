// Guests that do not end where the uid of the request begins with `s`: each is answered at its limit, others meanwhile, and the
// next request of the same policy as if nothing had been.
import { silentLogger } from "@kubewarden-ts/base";
import { type Evaluator, parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regoGuest } from "../guests/text/rego.ts";
import { wapcGuest } from "../guests/text/wapc.ts";
import { wasiGuest } from "../guests/text/wasi.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";

const accepted = '{"accepted":true}';
const endless = "(loop $ever (br $ever))";
const uidAt = '{"request":{"uid":"'.length;
/** Longer than any other request: told by its length where nothing else is known. */
const longLength = 2000;

const preview1 = (name: string, type: string): string =>
  `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`;
const letters = [
  [704, "kubewarden"],
  [720, "net"],
  [724, "v1/dns_lookup_host"],
  [744, '"a.test"'],
] as const;
const hostCall = `(drop (call $host_call (i32.const 704) (i32.const 10) (i32.const 720) (i32.const 3)
  (i32.const 724) (i32.const 18) (i32.const 744) (i32.const 8)))`;
const swallowed = `(loop $ever (try (do ${hostCall}) (catch_all)) (br $ever))`;

function wapc(
  spin: string,
  { more = "", imports = "", memory = '(memory (export "memory") 300)' } = {},
): string {
  return wapcGuest({
    data: [[16, accepted], ...letters],
    imports: preview1("poll_oneoff", "(param i32 i32 i32 i32) (result i32)") + imports,
    more,
    memory,
    locals: "(local $at i32)",
    body: `
      (call $guest_request (i32.const 1024) (i32.const 8192))
      (if (i32.eq (i32.load8_u (i32.const ${8192 + uidAt})) (i32.const 115)) (then ${spin}))
      (call $guest_response (i32.const 16) (i32.const ${accepted.length})) (i32.const 1)`,
  });
}

const wasi = (spin: string): string =>
  wasiGuest({
    data: [[64, accepted]],
    body: `
      (drop (call $read (i32.const 8192)))
      (if (i32.eq (i32.load8_u (i32.const ${8192 + uidAt})) (i32.const 115)) (then ${spin}))
      (call $write (i32.const 1) (i32.const 64) (i32.const ${accepted.length}))`,
  });

const noted = "(global $spins (mut i32) (i32.const 0))";
const note = `(global.set $spins (i32.or (global.get $spins)
  (i32.eq (i32.load8_u (i32.add (local.get 0) (i32.const ${uidAt}))) (i32.const 115))))`;
const ifNoted = (spin: string): string => `(if (global.get $spins) (then ${spin}))`;
const rego = (bodies: Record<string, string>, builtins = "{}"): string =>
  regoGuest({
    more: noted,
    builtins,
    data: [[8192, `"${"x".repeat(50_000)}"`]],
    memory: '(import "env" "memory" (memory 4))',
    bodies: { opa_json_parse: `${note} (local.get 0)`, ...bodies },
  });

/** An answer of 12 MiB that takes long to be compared with the object of the request. */
const longAnswer = `
  (local.set $at (i32.const 100044))
  (loop $fill
    (i64.store (local.get $at) (i64.const 0x302c302c302c302c))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (br_if $fill (i32.lt_u (local.get $at) (i32.const 12682956))))
  (memory.copy (i32.const 100000) (i32.const 800) (i32.const 35))
  (memory.fill (i32.const 100035) (i32.const 32) (i32.const 8))
  (i32.store8 (i32.const 100043) (i32.const 48))
  (i32.store16 (i32.const 12682956) (i32.const 0x7d5d))
  (call $guest_response (i32.const 100000) (i32.const 12582958))
  (return (i32.const 1))`;

const guests: Readonly<Record<string, readonly [mode: string, module: string]>> = {
  "waPC in its call": ["kubewarden-wapc", wapc(endless)],
  "waPC after a host call": ["kubewarden-wapc", wapc(`${hostCall} ${endless}`)],
  "waPC calling its host, whatever it is told": ["kubewarden-wapc", wapc(swallowed)],
  "waPC writing to the log": [
    "kubewarden-wapc",
    wapc("(loop $ever (call $console_log (i32.const 16) (i32.const 17)) (br $ever))"),
  ],
  "waPC polling without a delay": [
    "kubewarden-wapc",
    wapc(`(i32.store (i32.const 528) (i32.const 1)) (loop $ever
      (drop (call $poll_oneoff (i32.const 512) (i32.const 640) (i32.const 1) (i32.const 700))) (br $ever))`),
  ],
  "waPC in instructions that move much memory": [
    "kubewarden-wapc",
    wapc("(loop $ever (memory.copy (i32.const 0) (i32.const 1) (i32.const 19000000)) (br $ever))"),
  ],
  "waPC waiting for a thread that there is not": [
    "kubewarden-wapc",
    wapc("(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))", {
      memory: '(memory (export "memory") 300 300 shared)',
    }),
  ],
  "waPC in a fresh instance": [
    "kubewarden-wapc",
    wapc(endless, { more: "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))" }),
  ],
  "waPC with an answer that takes long to read": [
    "kubewarden-wapc",
    wapc(longAnswer, { more: `(data (i32.const 800) "{\\"accepted\\":true,\\"mutated_object\\":[")` }),
  ],
  "WASI after its request": ["wasi", wasi(endless)],
  "WASI writing nothing": [
    "wasi",
    wasi("(loop $ever (call $write (i32.const 1) (i32.const 0) (i32.const 0)) (br $ever))"),
  ],
  "WASI reading nothing": ["wasi", wasi("(loop $ever (drop (call $read (i32.const 8192))) (br $ever))")],
  "Rego in opa_malloc": [
    "opa",
    regoGuest({
      bodies: {
        opa_malloc: `(if (i32.gt_u (local.get 0) (i32.const ${longLength})) (then ${endless}))
          (global.get $heap) (global.set $heap (i32.add (global.get $heap) (local.get 0)))`,
      },
    }),
  ],
  "Rego in opa_json_parse": ["opa", rego({ opa_json_parse: `${note} ${ifNoted(endless)} (local.get 0)` })],
  "Rego in eval": ["opa", rego({ eval: `${ifNoted(endless)} (i32.const 0)` })],
  "Rego in opa_json_dump": ["opa", rego({ opa_json_dump: `${ifNoted(endless)} (local.get 0)` })],
  "Rego in functions of its host": [
    "opa",
    rego(
      {
        eval: `${ifNoted("(loop $ever (drop (call $opa_builtin1 (i32.const 7) (i32.const 0) (i32.const 8192))) (br $ever))")} (i32.const 0)`,
      },
      '{"crypto.sha256":7}',
    ),
  ],
};
const names = Object.keys(guests);

const policies = Object.fromEntries(
  [...names, "innocent"].map((name) => [idOf(name), { module: name, hostCapabilities: ["*"] }]),
);

function idOf(name: string): string {
  return name.replaceAll(/[^a-zA-Z]+/g, "-");
}

async function fetchModule(name: string): Promise<{ bytes: Uint8Array }> {
  const [executionMode, text] = guests[name] ?? ["kubewarden-wapc", wapc("")];
  return { bytes: asPolicy(assemble(text), { executionMode }) };
}

function review(uid: string, padding = ""): Uint8Array {
  const resource = { group: "", version: "v1", resource: "pods" };
  const request = {
    uid,
    kind: { group: "", version: "v1", kind: "Pod" },
    resource,
    operation: "CREATE",
    userInfo: {},
    object: { padding },
  };
  return new TextEncoder().encode(
    JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }),
  );
}

describe("a guest that does not end", () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await startEvaluator({
      policies: parsePolicies(JSON.stringify(policies), "policies.yml"),
      fetchModule,
      workers: 2,
      defaultTimeoutMs: 15_000,
      serveCapability: async () => ({ ips: [] }),
      log: silentLogger,
    });
  });
  afterAll(() => evaluator[Symbol.asyncDispose]());

  const respond = async (id: string, body: Uint8Array, timeoutMs?: number): Promise<AdmissionResponse> => {
    const evaluation = await evaluator.admission("validate", idOf(id), body, { timeoutMs });
    if (evaluation.kind !== "response") throw new Error(JSON.stringify(evaluation));
    return evaluation.response;
  };

  it.each(names)(
    "policy-runtime 7, policy-server 8: is answered at its limit, others meanwhile: %s",
    async (name) => {
      const spinning = respond(name, review("spin", "x".repeat(longLength)), 300);
      const others = await Promise.all(Array.from({ length: 5 }, () => respond("innocent", review("u1"))));
      for (const { allowed } of others) expect(allowed).toBe(true);
      expect(await spinning).toEqual({
        uid: "spin",
        allowed: false,
        auditAnnotations: null,
        warnings: null,
        status: {
          message: "Policy execution interrupted because it exceeded the allowed execution time",
          code: 500,
        },
      });
      expect(await respond(name, review("u2"))).toMatchObject({ uid: "u2", allowed: true });
    },
  );
});
