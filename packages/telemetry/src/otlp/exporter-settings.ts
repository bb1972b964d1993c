import { readFile } from "node:fs/promises";
import { osErrorText } from "@kubewarden-ts/base";
import { TelemetryError } from "../errors.ts";
import {
  type Environment,
  exporterVariable,
  invalid,
  pairs,
  positiveNumber,
  type Signal,
} from "./environment.ts";

/** Where and how one signal is sent (policy-server 12.2). */
export interface ExporterSettings {
  readonly signal: Signal;
  readonly protocol: "grpc" | "http/protobuf";
  /** Complete with its path for HTTP; of gRPC only scheme and host count. */
  readonly url: URL;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** For one export, its retries included. */
  readonly timeoutMs: number;
  readonly compression: "none" | "gzip";
  readonly tls: ExporterTls;
}

export interface ExporterTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

const defaultTimeoutMs = 10_000;

/**
 * Reads what the environment says about a signal's exporter.
 * @throws {TelemetryError} naming the variable; also for a certificate or key that cannot be read
 */
export async function readExporterSettings(env: Environment, signal: Signal): Promise<ExporterSettings> {
  const get = (name: string) => exporterVariable(env, signal, name);
  const protocol = oneOf(get("PROTOCOL"), ["grpc", "http/protobuf"], "grpc");
  const timeout = get("TIMEOUT");
  const headers = get("HEADERS");
  return {
    signal,
    protocol,
    url: endpoint(env, signal, protocol),
    headers: Object.fromEntries(
      (headers === undefined ? [] : pairs(headers)).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    timeoutMs: timeout === undefined ? defaultTimeoutMs : positiveNumber(timeout),
    compression: oneOf(get("COMPRESSION"), ["none", "gzip"], "none"),
    tls: await readTls(env, signal),
  };
}

function oneOf<Known extends string>(
  found: { name: string; value: string } | undefined,
  known: readonly Known[],
  otherwise: Known,
): Known {
  if (found === undefined) return otherwise;
  const value = known.find((candidate) => candidate === found.value);
  if (value === undefined) throw invalid(found.name, found.value, known.join(" or "));
  return value;
}

/** HTTP's common endpoint gets the path of the signal; one of the signal's own is used as it is. */
function endpoint(env: Environment, signal: Signal, protocol: ExporterSettings["protocol"]): URL {
  const found = exporterVariable(env, signal, "ENDPOINT");
  const path = `v1/${signal}`;
  if (found === undefined) {
    return new URL(protocol === "grpc" ? "http://localhost:4317" : `http://localhost:4318/${path}`);
  }
  const url = parseUrl(found, env, signal);
  if (protocol === "http/protobuf" && found.name === "OTEL_EXPORTER_OTLP_ENDPOINT") {
    url.pathname = `${url.pathname.replace(/\/$/, "")}/${path}`;
  }
  return url;
}

/** Without a scheme `…_INSECURE` decides, as OpenTelemetry says. */
function parseUrl(found: { name: string; value: string }, env: Environment, signal: Signal): URL {
  const insecure = exporterVariable(env, signal, "INSECURE")?.value.toLowerCase() === "true";
  const text = found.value.includes("://") ? found.value : `${insecure ? "http" : "https"}://${found.value}`;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw invalid(found.name, found.value, "an http or https URL");
  }
  return url;
}

/** The client's certificate is used only together with its key. */
async function readTls(env: Environment, signal: Signal): Promise<ExporterTls> {
  const [ca, cert, key] = await Promise.all(
    ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"].map((name) => readNamed(env, signal, name)),
  );
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
}

async function readNamed(env: Environment, signal: Signal, name: string): Promise<Buffer | undefined> {
  const found = exporterVariable(env, signal, name);
  if (found === undefined) return undefined;
  try {
    return await readFile(found.value);
  } catch (cause) {
    const message = `${found.name}: cannot read ${found.value}: ${osErrorText(cause)}`;
    throw new TelemetryError(message, { code: "TELEMETRY_FILE_UNREADABLE" });
  }
}
