import { createHash } from "node:crypto";
import { printable } from "@kubewarden-ts/base";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

export type SarifLevel = "error" | "warning" | "note";

export interface SarifRule {
  readonly id: string;
  readonly description: string;
  readonly level: SarifLevel;
}

/** Where something was found: in a file, in an object, or both. */
export interface SarifLocation {
  readonly file?: { readonly uri: string; readonly line: number; readonly column: number } | undefined;
  /** name of a Kubernetes object */
  readonly object?: string | undefined;
}

export interface SarifResult {
  readonly ruleId: string;
  readonly level: SarifLevel;
  readonly message: string;
  readonly location: SarifLocation;
  /** what makes two results the same alert, wherever they stand */
  readonly identity: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
}

/** What could not be judged. */
export interface SarifNotification {
  readonly message: string;
  readonly location: SarifLocation;
}

export interface SarifRun {
  /** the program */
  readonly tool: string;
  readonly version: string;
  readonly exitCode: number;
  readonly rules: readonly SarifRule[];
  readonly results: readonly SarifResult[];
  /** any of them makes the run count as failed */
  readonly notifications: readonly SarifNotification[];
}

/** One run as SARIF 2.1.0: a JSON document, indented, with a newline. */
export function sarifText(run: SarifRun): string {
  const { tool, version, exitCode, rules, results, notifications } = run;
  const places = new Map(rules.map(({ id }, index) => [id, index]));
  const log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: tool, semanticVersion: version, rules: rules.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: notifications.length === 0,
            exitCode,
            toolExecutionNotifications: notifications.map(notificationOf),
          },
        ],
        results: results.map((result) => resultOf(result, places)),
      },
    ],
  };
  return printable(`${JSON.stringify(log, null, 2)}\n`);
}

function ruleOf({ id, description, level }: SarifRule) {
  return { id, shortDescription: { text: description }, defaultConfiguration: { level } };
}

function resultOf(result: SarifResult, places: ReadonlyMap<string, number>) {
  const { ruleId, level, message, location, identity, properties } = result;
  return {
    ...{ ruleId, ruleIndex: places.get(ruleId), level, message: { text: message } },
    locations: [locationOf(location)],
    // Alerts are to stay the same when lines move.
    partialFingerprints: { "policyAndObject/v1": fingerprint(identity) },
    ...(properties !== undefined && { properties }),
  };
}

function notificationOf({ message, location }: SarifNotification) {
  return { level: "error", message: { text: message }, locations: [locationOf(location)] };
}

function locationOf({ file, object }: SarifLocation) {
  return {
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: file.uri },
        region: { startLine: file.line, startColumn: file.column },
      },
    }),
    ...(object !== undefined && {
      logicalLocations: [{ fullyQualifiedName: object, kind: "resource" }],
    }),
  };
}

function fingerprint(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
