import type { AttributeValue } from "../attributes.ts";
import { TelemetryError } from "../errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
/** What is exported. */
export type Signal = "traces" | "metrics";

/** The value of a variable; an empty one counts as absent, as OpenTelemetry says. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

/** `OTEL_EXPORTER_OTLP_<SIGNAL>_<NAME>`, else `OTEL_EXPORTER_OTLP_<NAME>`, with the name that was found. */
export function exporterVariable(
  env: Environment,
  signal: Signal,
  name: string,
): { name: string; value: string } | undefined {
  const names = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
  for (const candidate of names) {
    const value = variable(env, candidate);
    if (value !== undefined) return { name: candidate, value };
  }
  return undefined;
}

/** A whole number, at least 1. */
export function positiveVariable(env: Environment, name: string, otherwise: number): number {
  const value = variable(env, name);
  return value === undefined ? otherwise : positiveNumber({ name, value });
}

export function positiveNumber({ name, value }: { name: string; value: string }): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw invalid(name, value, "a whole number, at least 1");
}

/** `key=value,key=value`, percent-encoded. */
export function pairs({ name, value }: { name: string; value: string }): [string, string][] {
  return value.split(",").flatMap((pair): [string, string][] => {
    if (pair.trim() === "") return [];
    const at = pair.indexOf("=");
    const key = decoded(name, pair.slice(0, Math.max(at, 0)).trim());
    if (key === "") throw invalid(name, value, "a list of key=value");
    return [[key, decoded(name, pair.slice(at + 1).trim())]];
  });
}

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(name, text, "percent-encoded text");
  }
}

/** What all telemetry of a process is marked with: `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`. */
export function resourceAttributes(
  env: Environment,
  service: { name: string; version: string },
): [string, AttributeValue][] {
  const value = variable(env, "OTEL_RESOURCE_ATTRIBUTES");
  const given = value === undefined ? [] : pairs({ name: "OTEL_RESOURCE_ATTRIBUTES", value });
  const serviceName = variable(env, "OTEL_SERVICE_NAME");
  return Object.entries({
    "service.name": service.name,
    "service.version": service.version,
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "kubewarden-ts",
    "telemetry.sdk.version": service.version,
    ...Object.fromEntries(given),
    ...(serviceName !== undefined && { "service.name": serviceName }),
  });
}

/** Values are not shown: headers hold tokens. */
export function invalid(name: string, value: string, expected: string): TelemetryError {
  const received = name.endsWith("_HEADERS") ? "something else" : JSON.stringify(value);
  const message = `${name}: expected ${expected}, received ${received}`;
  return new TelemetryError(message, { code: "TELEMETRY_SETTINGS_INVALID" });
}
