import { type RegoGuestName, regoGuests } from "../guests/text/rego.ts";
import { type WapcGuestName, wapcGuests } from "../guests/text/wapc.ts";
import { type WasiGuestName, wasiGuests } from "../guests/text/wasi.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import type { GuestRow } from "./guest-row.ts";
import { accepts, endless, endlessStart, refused, rejects, type Verdict } from "./verdict.ts";

const failed = (text: string): Verdict => rejects(`internal server error: Guest call failure: ${text}`);
const unreadable = (text: string): Verdict =>
  rejects(`internal server error: invalid response from policy: ${text}`);
const unreadableOutput = rejects("internal server error: Cannot deserialize policy validation response: ");
const serverError = (text: string): Verdict => rejects(`internal server error: ${text}`);

const wapcVerdicts: Readonly<Record<WapcGuestName, Verdict>> = {
  accept: accepts,
  "reject-with-code": rejects(
    '"status":{"message":"no","code":418},"auditAnnotations":{"k":"v"},"warnings":["w"]',
  ),
  "reject-silently": rejects('"allowed":false,"auditAnnotations":null'),
  "mutate-same": rejects('"allowed":true,"patchType":"JSONPatch","patch":"'),
  "mutate-other": rejects('"allowed":true,"patchType":"JSONPatch","patch":"'),
  "answer-not-json": unreadable(""),
  "answer-without-accepted": unreadable("accepted"),
  "answer-bad-code": unreadable("code"),
  echo: unreadable(""),
  "return-0-error": failed("boom"),
  "return-0-silent": failed("No error message set for call failure"),
  "return-1-both": accepts,
  "return-1-error": failed("boom"),
  "return-1-silent": failed("No error message OR response set for call success"),
  trap: failed("wasm trap: unreachable"),
  recurse: failed("wasm trap: call stack exhausted"),
  "loop-in-call": endless,
  "loop-on-demand": accepts,
  "loop-in-init": endlessStart,
  "loop-in-start": endlessStart,
  "trap-in-init": refused("Initialization failed: wasm trap: unreachable"),
  sleep: endless,
  nap: endless,
  counter: rejects('"message":"1113"'),
  "reject-settings": refused("not these"),
  "trap-in-settings": refused("Error invoking settings validation callback: "),
  "loop-in-settings": endlessStart,
  "exhaust-memory": failed("wasm trap: unreachable (the policy asked for more than the 512 MiB of memory"),
  "wants-4-gib": refused("the module starts with 4096 MiB of memory, 512 MiB are allowed"),
  "no-guest-call": refused("Guest call function (__guest_call) not exported by wasm module."),
  "no-memory": refused("Cannot find 'mem' export"),
  "unknown-import": refused("wapc.__no_such_thing"),
  "exit-0-in-start": accepts,
  "exit-1-in-start": refused("Initialization failed: exit with status 1"),
  "exit-126-in-call": failed("exit with invalid exit status outside of [0..126)"),
  reactor: accepts,
  "response-out-of-bounds": failed("out of bounds memory access: "),
  "request-out-of-bounds": failed("out of bounds memory access: "),
  "binding-not-utf8": failed("host_call: cannot convert bd to UTF8: "),
  "look-up-host": failed("Callback evaluation failure: getaddrinfo "),
  "wrong-binding": failed("unknown binding: other"),
  "log-then-answer": unreadable("EOF"),
  "print-flood": endless,
  "long-error": failed("xxxxxxxx"),
  "long-answer": failed("the policy answered with more than 16777216 bytes"),
  "many-table-elements": refused(
    "the module starts with 9000000 elements in its tables, 1000000 are allowed",
  ),
  print: accepts,
};

const wasiVerdicts: Readonly<Record<WasiGuestName, Verdict>> = {
  return: accepts,
  "exit-0": accepts,
  "exit-1": rejects('"message":"boom","code":500'),
  "exit-1-silent": rejects("exit with status 1"),
  "exit-200": rejects("boom"),
  trap: rejects("boom"),
  "trap-silent": rejects("wasm trap: unreachable"),
  "not-json": unreadableOutput,
  "accept-with-warning": accepts,
  loop: endless,
  "no-start": refused("cannot find `_start` function inside of module"),
  echo: unreadableOutput,
  "two-calls": unreadableOutput,
  "sees-nothing": accepts,
  counter: rejects('"message":"1"'),
  sleep: endless,
  "flood-output": rejects("the policy wrote more than 16777216 bytes to standard output"),
};

const missingBuiltins = refused("cannot build Rego engine: Missing Rego builtins: http.send, nobody.knows");

const opaVerdicts: Readonly<Record<RegoGuestName, Verdict>> = {
  accept: accepts,
  "loop-in-start": endlessStart,
  "loop-in-builtins": endlessStart,
  "loop-in-entrypoints": endlessStart,
  "loop-in-parse": endless,
  "loop-in-eval": endless,
  "loop-in-dump": endless,
  trap: serverError("wasm trap: unreachable"),
  abort: serverError("opa_abort: it went wrong"),
  "eval-code": serverError("Rego wasm error: eval ended with code 3"),
  counter: rejects('"message":"11"'),
  undefined: serverError("cannot interpret OPA policy result"),
  "not-json": serverError(""),
  "no-entrypoint": refused(
    "Rego wasm error: Cannot find the specified entrypoint 0 inside of {policy/main: 1}",
  ),
  "unknown-builtin": missingBuiltins,
  "abi-2": refused("the module speaks version 2.0 of OPA's ABI"),
  "abi-1.4": refused("the module speaks version 1.4 of OPA's ABI"),
  "abi-1.3": accepts,
  "wild-malloc": serverError("opa_malloc gave memory that is not there"),
  "wild-result": serverError("the module gave the address of no text"),
  "no-value": serverError("Rego wasm error: Failed to load json in memory"),
  "endless-text": serverError("the module gave the address of no text"),
  "builtin-out-of-range": serverError("Builtin not implemented: 99"),
  "builtin-numbers": refused("builtins() gave sprintf the number 4000000000"),
  "exhaust-memory": serverError(
    "wasm trap: unreachable (the policy asked for more than the 512 MiB of memory",
  ),
};

/** These answer in the way of mode `opa`, which mode `gatekeeper` cannot read. */
const notOfGatekeeper: ReadonlySet<RegoGuestName> = new Set([
  ...(["accept", "counter", "undefined", "not-json", "abi-1.3"] as const),
]);
const gatekeeperVerdicts = mapVerdicts(opaVerdicts, (name, verdict) =>
  notOfGatekeeper.has(name) ? serverError("cannot interpret Gatekeeper policy result: ") : verdict,
);

function mapVerdicts<Name extends string>(
  verdicts: Readonly<Record<Name, Verdict>>,
  change: (name: Name, verdict: Verdict) => Verdict,
): Readonly<Record<string, Verdict>> {
  const entries = Object.entries<Verdict>(verdicts);
  return Object.fromEntries(entries.map(([name, verdict]) => [name, change(name as Name, verdict)]));
}

/** Every guest in WebAssembly text. */
export function textGuestRows(): GuestRow[] {
  return [
    ...rowsOf("wapc", wapcGuests, wapcVerdicts, { executionMode: "kubewarden-wapc" }),
    ...rowsOf("wasi", wasiGuests, wasiVerdicts, { executionMode: "wasi" }),
    ...rowsOf("opa", regoGuests, opaVerdicts, { executionMode: "opa" }),
    ...rowsOf("gatekeeper", regoGuests, gatekeeperVerdicts, { executionMode: "gatekeeper" }),
    ...rawRows(),
  ];
}

/** Requests of any shape, in each mode. */
function rawRows(): GuestRow[] {
  const raw = (protocol: string, text: string, executionMode: string, verdict: Verdict): GuestRow => ({
    id: `${protocol}-text-raw`,
    module: () => asPolicy(assemble(text), { mutating: true, policyType: "raw", executionMode }),
    request: "raw",
    verdict,
  });
  const patched = rejects('"allowed":true,"patchType":"JSONPatch","patch":"');
  return [
    raw("wapc", wapcGuests["mutate-other"], "kubewarden-wapc", patched),
    raw("wasi", wasiGuests.return, "wasi", accepts),
    raw("opa", regoGuests.accept, "opa", accepts),
    raw("gatekeeper", regoGuests.accept, "gatekeeper", serverError("Gatekeeper does not support raw")),
  ];
}

function rowsOf(
  protocol: string,
  guests: Readonly<Record<string, string>>,
  verdicts: Readonly<Record<string, Verdict>>,
  metadata: Record<string, unknown>,
): GuestRow[] {
  return Object.entries(verdicts).map(([name, verdict]) => ({
    id: `${protocol}-text-${name}`,
    module: () => asPolicy(assemble(guests[name] ?? ""), { mutating: true, ...metadata }),
    request: "plain",
    verdict,
  }));
}
