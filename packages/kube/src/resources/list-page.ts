import { knownKeys } from "@kubewarden-ts/protocol";
import { LOWER_N, OPEN_BRACKET } from "../json/ascii.ts";
import { checkObject, invalid, placesOf, stringAt } from "../json/read-json.ts";
import { walkElements } from "../json/walk-json.ts";

/** A part of a list, still as bytes; it is overwritten when the next one is asked for. */
export interface ListPage {
  readonly body: Uint8Array;
  /** two numbers for each object: where it starts in `body`, and where it ends */
  readonly items: readonly number[];
  /** of the whole list: what a watch goes on from */
  readonly resourceVersion: string;
  /** asks for the next page; absent on the last */
  readonly continueToken: string | undefined;
}

const listKeys = knownKeys(["metadata", "items"]);
const metadataKeys = knownKeys(["resourceVersion", "continue"]);

/** Reads one answer to a list request. @throws {KubeError} `KUBE_ANSWER_INVALID` */
export function readListPage(body: Uint8Array): ListPage {
  const { metadata, items } = placesOf(body, checkObject(body, "a list"), listKeys);
  const fields = metadata === undefined ? {} : placesOf(body, metadata.start, metadataKeys);
  const resourceVersion = stringAt(body, fields.resourceVersion);
  if (!resourceVersion) throw invalid("a list", "it has no metadata.resourceVersion");
  const runs: number[] = [];
  const opening = items && body[items.start];
  // what is no list is not taken for an empty one; Go writes `null` for a list without memory
  if (items === undefined || (opening !== OPEN_BRACKET && opening !== LOWER_N)) {
    throw invalid("a list", "it has no items");
  }
  walkElements(body, items.start, (start, end) => runs.push(start, end));
  return {
    body,
    items: runs,
    resourceVersion,
    continueToken: stringAt(body, fields.continue) || undefined,
  };
}
