import { type AdmissionResponse, acceptance, JsonObject, rejection } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { readGuestJson } from "./guest-json.ts";

const Violation = v.pipe(JsonObject, v.looseObject({ msg: v.nullish(v.string()) }));
const ResultSet = v.looseTuple([v.looseObject({ result: v.array(Violation) })]);

/**
 * Makes the vanilla response of the violations that a policy in mode `gatekeeper` found (policy-runtime 4.4): none
 * accepts. A result that is missing or malformed rejects with code 500: nobody knows what it would have said.
 * @param answer - the result set of its first entrypoint: `[{"result": [{"msg": "…"}, …]}]`
 */
export function gatekeeperResponse(uid: string, answer: Uint8Array): AdmissionResponse {
  const read = readGuestJson(ResultSet, answer);
  if (read.kind === "unreadable") {
    const message = `internal server error: cannot interpret Gatekeeper policy result: ${read.detail}`;
    return rejection(uid, message, 500);
  }
  const [{ result: violations }] = read.value;
  if (violations.length === 0) return acceptance(uid);
  const messages = violations.map(({ msg }) => msg).filter((msg) => msg != null);
  return rejection(uid, messages.join(", "));
}

/** What a raw request gets: Gatekeeper's policies know admission reviews only. */
export function gatekeeperRefusesRaw(uid: string): AdmissionResponse {
  return rejection(uid, "internal server error: Gatekeeper does not support raw validation requests", 500);
}
