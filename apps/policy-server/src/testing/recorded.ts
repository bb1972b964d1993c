import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { sharedDataFolder } from "../../../../tests/support/requirements.ts";

/** `policy-server/cases.json`: what upstream's server answered. */
export interface Recorded {
  servers: Record<string, { args: string[]; policies: Record<string, RecordedPolicy> }>;
  cases: RecordedCase[];
  startup: RecordedStart[];
}

/** A policy or a group of the configuration; upstream's own modules are written `@name`. */
export interface RecordedPolicy {
  module?: string;
  policies?: Record<string, { module: string }>;
}

export interface RecordedCase {
  id: string;
  server: string;
  /** `readiness` for the readiness listener; the API listener otherwise. */
  listener?: string;
  request: RecordedRequest;
  response?: RecordedResponse;
  /** In place of `response` where upstream does not always answer the same. */
  anyOf?: RecordedResponse[];
}

export interface RecordedRequest {
  method: string;
  path: string;
  contentType?: string;
  transferEncoding?: string;
  body?: string;
  bodyBase64?: string;
  bodyPrefix?: string;
  bodyFill?: string;
  bodyFillCount?: number;
  bodySuffix?: string;
}

export interface RecordedResponse {
  status: number;
  contentType?: string;
  allow?: string;
  text?: string;
  json?: unknown;
}

export interface RecordedStart {
  id: string;
  policiesYml: string;
  args: string[];
  env?: Record<string, string>;
  starts?: boolean;
  exit?: number;
  stderr?: string;
}

/** Only where `requires("shared-data")` does not skip. */
export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(join(sharedDataFolder, "policy-server/cases.json"), "utf8"));
}

/** Sends a recorded request as it was sent to upstream. */
export function replay(port: number, recorded: RecordedRequest): Promise<RecordedResponse> {
  const { method, path, contentType, transferEncoding } = recorded;
  const body = bodyOf(recorded);
  const headers = {
    ...(contentType !== undefined && { "content-type": contentType }),
    ...(transferEncoding === undefined
      ? { "content-length": body.byteLength }
      : { "transfer-encoding": transferEncoding }),
  };
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        const { "content-type": answered, allow } = response.headers;
        resolve({
          status: response.statusCode ?? 0,
          text,
          ...(answered !== undefined && { contentType: answered }),
          ...(allow !== undefined && { allow }),
        });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

function bodyOf({
  body = "",
  bodyBase64,
  bodyPrefix,
  bodyFill = "",
  bodyFillCount = 0,
  bodySuffix = "",
}: RecordedRequest) {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, "base64");
  return Buffer.from(
    bodyPrefix === undefined ? body : bodyPrefix + bodyFill.repeat(bodyFillCount) + bodySuffix,
  );
}
