import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { osErrorText } from "@kubewarden-ts/base";
import { parseDocument } from "yaml";
import { OciError } from "../errors.ts";
import type { Proxies, Sources } from "./sources.ts";

/**
 * Reads the text of `sources.yml`, YAML or JSON; an empty one says nothing about any host.
 * @throws {OciError} `OCI_SOURCES_INVALID`
 */
export async function parseSources(source: string): Promise<Sources> {
  const document = parseDocument(source);
  const [problem] = document.errors;
  if (problem !== undefined) throw invalid(problem.message);
  return toSources(document.toJS());
}

/**
 * Checks the content of `sources.yml` (policy-server 2.3) and reads the certificate files it names. Unknown keys are ignored.
 * @param document - what the YAML or JSON text holds; `null` or `undefined` for an empty file
 * @throws {OciError} `OCI_SOURCES_INVALID` naming the field, or `Invalid certificate: …`
 * @example await toSources({ insecure_sources: ["localhost:5000"] })
 */
export async function toSources(document: unknown): Promise<Sources> {
  const fields = object(document ?? {}, "the document");
  return {
    insecureSources: new Set(texts(fields.insecure_sources, "insecure_sources")),
    authorities: await authorities(fields.source_authorities),
    proxies: proxies(fields.proxies),
  };
}

async function authorities(value: unknown): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const [host, list] of Object.entries(object(value ?? {}, "source_authorities"))) {
    const field = `source_authorities.${host}`;
    const certificates: string[] = [];
    for (const [index, entry] of array(list, field).entries()) {
      certificates.push(...(await authority(object(entry, `${field}[${index}]`), `${field}[${index}]`)));
    }
    found.set(host, certificates);
  }
  return found;
}

async function authority(entry: Record<string, unknown>, field: string): Promise<string[]> {
  switch (entry.type) {
    case "Data":
      return certificates(Buffer.from(text(entry.data, `${field}.data`)));
    case "Path":
      return certificates(await readCertificate(text(entry.path, `${field}.path`)));
    default:
      throw invalid(`${field}.type: expected "Path" or "Data", received ${JSON.stringify(entry.type)}`);
  }
}

async function readCertificate(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw invalid(`Cannot read certificate from file: ${osErrorText(cause)}: ${path}`);
  }
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** All certificates of a PEM text, or the one of a DER file, as PEM. */
function certificates(bytes: Buffer): string[] {
  const pem = bytes.toString("latin1").match(pemCertificate);
  try {
    return (pem ?? [bytes]).map((certificate) => new X509Certificate(certificate).toString());
  } catch {
    throw invalid("Invalid certificate: Raw certificate is not in PEM nor in DER encoding");
  }
}

function proxies(value: unknown): Proxies {
  const fields = object(value ?? {}, "proxies");
  // an empty text counts as not set
  const read = (key: string): string | undefined =>
    fields[key] === undefined || fields[key] === null
      ? undefined
      : text(fields[key], `proxies.${key}`) || undefined;
  const [http, https, none] = [read("http_proxy"), read("https_proxy"), read("no_proxy")];
  return {
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
    ...(none !== undefined && { none }),
  };
}

function texts(value: unknown, field: string): string[] {
  return array(value ?? [], field).map((item, index) => text(item, `${field}[${index}]`));
}

function text(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw unexpected(field, "a string", value);
}

function array(value: unknown, field: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw unexpected(field, "a list", value);
}

function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw unexpected(field, "a map", value);
}

function unexpected(field: string, expected: string, received: unknown): OciError {
  const kind = received === null ? "null" : Array.isArray(received) ? "a list" : typeof received;
  return invalid(`${field}: expected ${expected}, received ${kind}`);
}

function invalid(message: string): OciError {
  return new OciError(message, { code: "OCI_SOURCES_INVALID" });
}
