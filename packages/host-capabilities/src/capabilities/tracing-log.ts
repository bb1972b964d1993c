import { errorText, type LogLevel } from "@kubewarden-ts/base";
import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { Caller, LocalCapability } from "../capability.ts";
import { checkPayload, parsePayload } from "../payload.ts";

/** The levels of all guest SDKs; how they are written does not matter. */
const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ["trace", "trace"],
  ["debug", "debug"],
  ["info", "info"],
  ["warning", "warn"],
  ["warn", "warn"],
  ["error", "error"],
  ["critical", "error"],
  ["fatal", "error"],
]);

const LogEvent = v.pipe(JsonObject, v.object({ level: v.string(), message: v.nullish(v.string()) }));

const NOTHING = new Uint8Array();

/**
 * `tracing/log`: `{level, message?, …}` in, nothing out (policy-runtime 5.4). The guest is not told of an event that
 * cannot be read.
 */
export const tracingLog: LocalCapability<"tracing/log"> = {
  kind: "local",
  path: "tracing/log",
  run(payload, caller) {
    try {
      writeEvent(payload, caller);
    } catch (error) {
      caller.log.error("Cannot log event", { error: errorText(error) });
    }
    return NOTHING;
  },
};

function writeEvent(payload: Uint8Array, { policyId, log }: Caller): void {
  const { value } = parsePayload(payload);
  const { level, message } = checkPayload(LogEvent, value);
  const known = LEVELS.get(level.toLowerCase());
  if (known === undefined) throw new Error(`unknown log level ${level}`);
  const span = { name: "policy_log", fields: { policy_id: policyId } };
  log
    .child({ target: "policy_log", span })
    .log(known, message ?? "", { data: JSON.stringify(dataOf(value)) });
}

/** Whatever else the guest says of its event. */
function dataOf(event: unknown): object {
  const { level: _level, message: _message, ...data } = v.parse(JsonObject, event);
  return data;
}
