import { errorText } from "@kubewarden-ts/base";
import { parseDocument } from "yaml";
import { SigstoreError } from "../errors.ts";
import { quoted } from "../quoted.ts";
import {
  byteOf,
  ConfigProblem,
  listOf,
  mapOf,
  membersOf,
  oneOf,
  type Part,
  textOf,
  textsOf,
} from "./config-reader.ts";
import type { FileConstraint, Subject, VerificationConfig } from "./constraint.ts";
import { urlPrefixOf } from "./url-prefix.ts";

/**
 * Reads `verification-config.yml` (kwctl-and-oci 14): YAML or JSON.
 * @throws {SigstoreError} `SIGSTORE_CONFIG_INVALID` with upstream's texts; where the mistake stands is the cause
 * @example parseVerificationConfig("apiVersion: v1\nallOf: [{kind: githubAction, owner: acme}]")
 */
export function parseVerificationConfig(text: string): VerificationConfig {
  try {
    return readConfig({ value: readYaml(text), path: "" });
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    const options = error.path === "" ? {} : { cause: new Error(`at ${error.path}`) };
    throw invalid(`Not a valid configuration file: ${error.message}`, options);
  }
}

function readYaml(text: string): unknown {
  // Tags that are not YAML's own are warnings, and no form of a configuration.
  const document = parseDocument(text, { uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new ConfigProblem(problem.message, "");
  try {
    return document.toJS({ mapAsMap: true });
  } catch (error) {
    throw new ConfigProblem(errorText(error), "");
  }
}

const fields = ["allOf", "anyOf"] as const;

function readConfig(document: Part): VerificationConfig {
  const { apiVersion, rest } = versionOf(document);
  if (apiVersion !== undefined && apiVersion !== "v1") {
    throw invalid("Not a supported configuration version: Unsupported");
  }
  const members = membersOf(rest, fields, "a map");
  const [allOf, anyOf] = [members.optional("allOf"), members.optional("anyOf")];
  const config = {
    ...(allOf !== undefined && { allOf: readAllOf(allOf) }),
    ...(anyOf !== undefined && { anyOf: readAnyOf(anyOf) }),
  };
  if (apiVersion !== undefined && allOf === undefined && anyOf === undefined) {
    throw invalid("config is missing signatures in both allOf and anyOff list");
  }
  return config;
}

/** The version, which upstream's own set-up leaves out, and the document without it. */
function versionOf(document: Part): { apiVersion: string | undefined; rest: Part } {
  const rest = new Map(mapOf(document, "a map"));
  const apiVersion = rest.has("apiVersion")
    ? textOf({ value: rest.get("apiVersion"), path: "apiVersion" })
    : undefined;
  rest.delete("apiVersion");
  return { apiVersion, rest: { value: rest, path: "" } };
}

/** Upstream takes an empty list, which every signature satisfies. */
function readAllOf(part: Part): FileConstraint[] {
  const constraints = listOf(part).map(readConstraint);
  if (constraints.length > 0) return constraints;
  throw new ConfigProblem("invalid length 0, expected at least one signature", part.path);
}

function readAnyOf(part: Part): NonNullable<VerificationConfig["anyOf"]> {
  const members = membersOf(part, ["minimumMatches", "signatures"], "struct AnyOf");
  const minimum = mapOf(part, "struct AnyOf").has("minimumMatches")
    ? members.required("minimumMatches")
    : undefined;
  const minimumMatches = minimum === undefined ? 1 : byteOf(minimum);
  const signatures = listOf(members.required("signatures")).map(readConstraint);
  // upstream takes it, and is satisfied with every signature
  if (minimumMatches > 0) return { minimumMatches, signatures };
  throw new ConfigProblem("invalid value: integer `0`, expected 1 or more", `${part.path}.minimumMatches`);
}

const kinds = ["pubKey", "genericIssuer", "githubAction"] as const;

function readConstraint(part: Part): FileConstraint {
  const rest = new Map(mapOf(part, "internally tagged enum Signature"));
  if (!rest.has("kind")) throw new ConfigProblem("missing field `kind`", part.path);
  const kind = textOf({ value: rest.get("kind"), path: `${part.path}.kind` });
  rest.delete("kind");
  const content = { value: rest, path: part.path };
  switch (kind) {
    case "pubKey":
      return readPubKey(content);
    case "genericIssuer":
      return readGenericIssuer(content);
    case "githubAction":
      return readGithubAction(content);
    default:
      throw new ConfigProblem(`unknown variant \`${kind}\`, expected ${oneOf(kinds)}`, `${part.path}.kind`);
  }
}

function readPubKey(part: Part): FileConstraint {
  const { optional, required } = membersOf(part, ["owner", "key", "annotations"], "a map");
  return {
    kind: "pubKey",
    owner: map(optional("owner"), textOf),
    key: textOf(required("key")),
    annotations: map(optional("annotations"), textsOf),
  };
}

function readGenericIssuer(part: Part): FileConstraint {
  const { optional, required } = membersOf(part, ["issuer", "subject", "annotations"], "a map");
  return {
    kind: "genericIssuer",
    issuer: textOf(required("issuer")),
    subject: readSubject(required("subject")),
    annotations: map(optional("annotations"), textsOf),
  };
}

function readGithubAction(part: Part): FileConstraint {
  const { optional, required } = membersOf(part, ["owner", "repo", "annotations"], "a map");
  return {
    kind: "githubAction",
    owner: textOf(required("owner")),
    repo: map(optional("repo"), textOf),
    annotations: map(optional("annotations"), textsOf),
  };
}

const subjects = ["equal", "urlPrefix"] as const;

function readSubject(part: Part): Subject {
  const [entry, ...others] = mapOf(part, "a map with a single key");
  if (entry === undefined || others.length > 0) {
    throw new ConfigProblem("invalid value: map, expected map with a single key", part.path);
  }
  const [form, value] = entry;
  const path = `${part.path}.${String(form)}`;
  const text = (): string => textOf({ value, path });
  if (form === "equal") return { equal: text() };
  if (form === "urlPrefix") return { urlPrefix: readPrefix(text(), path) };
  throw new ConfigProblem(`unknown variant \`${String(form)}\`, expected ${oneOf(subjects)}`, part.path);
}

function readPrefix(text: string, path: string): string {
  const prefix = urlPrefixOf(text);
  if (prefix !== undefined) return prefix;
  const expected = "a URL without query and fragment";
  throw new ConfigProblem(`invalid value: string ${quoted(text)}, expected ${expected}`, path);
}

function map<Result>(part: Part | undefined, read: (part: Part) => Result): Result | undefined {
  return part === undefined ? undefined : read(part);
}

function invalid(message: string, options: ErrorOptions = {}): SigstoreError {
  return new SigstoreError(message, { code: "SIGSTORE_CONFIG_INVALID", ...options });
}
