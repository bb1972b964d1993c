import { knownKeys } from "@kubewarden-ts/protocol";
import { answerError } from "../client/answer-error.ts";
import type { KubeError } from "../errors.ts";
import { OPEN_BRACE } from "../json/ascii.ts";
import { checkObject, invalid, placesOf, stringAt } from "../json/read-json.ts";

/** One line of a watch. */
export type WatchEvent =
  | {
      readonly kind: "put" | "remove" | "bookmark";
      /** where the object stands in the line; that of a bookmark holds its resource version only */
      readonly start: number;
      readonly end: number;
      readonly resourceVersion: string;
    }
  /** the API server ends the watch, such as with 410 */
  | { readonly kind: "error"; readonly error: KubeError };

const eventKeys = knownKeys(["type", "object"]);
const objectKeys = knownKeys(["metadata"]);
const metadataKeys = knownKeys(["resourceVersion"]);

/** Reads one line of a watch; `undefined` for a blank one. @throws {KubeError} `KUBE_ANSWER_INVALID` */
export function readWatchEvent(line: Uint8Array): WatchEvent | undefined {
  if (line.length <= 1 && (line.length === 0 || line[0] === 0x0d)) return undefined;
  const { type, object } = placesOf(line, checkObject(line, "a watch event"), eventKeys);
  const name = stringAt(line, type);
  if (object === undefined || line[object.start] !== OPEN_BRACE) throw invalid("a watch event", "no object");
  if (name === "ERROR") {
    return {
      kind: "error",
      error: answerError(undefined, line.subarray(object.start, object.end), undefined),
    };
  }
  return { ...kindOf(name), ...object, resourceVersion: resourceVersionOf(line, object.start) };
}

function kindOf(type: string | undefined): { kind: "put" | "remove" | "bookmark" } {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { kind: "put" };
    case "DELETED":
      return { kind: "remove" };
    case "BOOKMARK":
      return { kind: "bookmark" };
    default:
      throw invalid("a watch event", `unknown type ${JSON.stringify(type)}`);
  }
}

function resourceVersionOf(line: Uint8Array, start: number): string {
  const { metadata } = placesOf(line, start, objectKeys);
  const { resourceVersion } = metadata === undefined ? {} : placesOf(line, metadata.start, metadataKeys);
  const text = stringAt(line, resourceVersion);
  if (text) return text;
  throw invalid("a watch event", "its object has no metadata.resourceVersion");
}
