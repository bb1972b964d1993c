import type { ResourceReference } from "../capability.ts";
import type { PerformedAnswer } from "../dispatcher.ts";
import { HostCallError } from "../errors.ts";
import { gatekeeperInventory } from "./gatekeeper-inventory.ts";
import { opaInventory } from "./opa-inventory.ts";

/** How Rego policies find cluster data: OPA's by plural names, Gatekeeper's by apiVersion and kind. */
export type InventoryLayout = "opa" | "gatekeeper";

/** What a policy may read of the cluster, as one JSON document. */
export interface Inventory {
  readonly bytes: Uint8Array;
  /** Of the lists it was made of; `undefined` when these do not tell. */
  readonly versions: readonly (number | undefined)[];
  /** When the oldest of the lists was as it is here, by the clock of who answered. */
  readonly asOfMs: number;
}

/** All objects of one kind. */
export interface ResourceList {
  readonly resource: ResourceReference;
  /** A List as JSON. */
  readonly list: Uint8Array;
  /** Of the kind; only OPA's layout asks for it. */
  readonly plural: string;
}

export interface ReadInventoryOptions {
  readonly layout: InventoryLayout;
  readonly resources: readonly ResourceReference[];
  readonly known: Inventory | undefined;
  readonly perform: (
    path: string,
    input: unknown,
    signal: undefined,
  ) => PerformedAnswer | Promise<PerformedAnswer>;
}

const decoder = new TextDecoder();

/**
 * Reads what a Rego policy may know of the cluster: a list of each resource, and for OPA's layout its plural name.
 * Nothing is built anew while the lists are the same as before.
 * @throws {HostCallError} when a list cannot be had, or holds objects that have no place in the layout
 */
export async function readInventory(options: ReadInventoryOptions): Promise<Inventory> {
  const { layout, known } = options;
  const resources = sorted(options.resources);
  if (layout === "gatekeeper" && known !== undefined && !(await hasChanged(resources, known, options))) {
    return known;
  }
  const answers = await Promise.all(resources.map((resource) => readResource(resource, options)));
  const versions = answers.map(({ version }) => version);
  if (known !== undefined && isSame(versions, known.versions)) return known;
  const lists = answers.map(({ list, plural }, index) => ({ resource: resources[index]!, list, plural }));
  const bytes = layout === "opa" ? opaInventory(lists) : gatekeeperInventory(lists);
  return { bytes, versions, asOfMs: Math.min(...answers.map(({ asOfMs = 0 }) => asOfMs)) };
}

async function readResource(
  resource: ResourceReference,
  { layout, perform }: ReadInventoryOptions,
): Promise<Omit<PerformedAnswer, "bytes"> & { list: Uint8Array; plural: string }> {
  const input = inputOf(resource);
  const listed = perform(
    "kubernetes/list_resources_all",
    { ...input, label_selector: null, field_selector: null, field_masks: null },
    undefined,
  );
  const named = layout === "opa" ? perform("kubernetes/resource_plural_name", input, undefined) : undefined;
  const [{ bytes: list, ...rest }, plural] = await Promise.all([listed, named]);
  return { ...rest, list, plural: plural === undefined ? "" : pluralOf(resource, plural) };
}

function pluralOf({ apiVersion, kind }: ResourceReference, { bytes }: PerformedAnswer): string {
  const name: unknown = JSON.parse(decoder.decode(bytes));
  if (typeof name === "string" && name !== "") return name;
  throw new HostCallError(`cannot find plural name for resource ${apiVersion}/${kind}`, {
    code: "HOST_CALL_FAILED",
  });
}

async function hasChanged(
  resources: readonly ResourceReference[],
  { asOfMs }: Inventory,
  { perform }: ReadInventoryOptions,
): Promise<boolean> {
  const path = "kubernetes/list_resources_all_changed_since";
  const selection = { label_selector: null, field_selector: null, field_masks: null, since_ms: asOfMs };
  const answers = await Promise.all(
    resources.map((resource) => perform(path, { ...inputOf(resource), ...selection }, undefined)),
  );
  return answers.some(({ bytes }) => decoder.decode(bytes) !== "false");
}

function isSame(versions: readonly (number | undefined)[], before: readonly (number | undefined)[]): boolean {
  return versions.every((version, index) => version !== undefined && version === before[index]);
}

function inputOf({ apiVersion, kind }: ResourceReference) {
  return { api_version: apiVersion, kind };
}

/** In the order in which metadata and configuration list them. */
function sorted(resources: readonly ResourceReference[]): ResourceReference[] {
  const keyOf = ({ apiVersion, kind }: ResourceReference): string => `${apiVersion}\u0000${kind}`;
  const unique = new Map(resources.map((resource) => [keyOf(resource), resource]));
  return [...unique.keys()].sort().map((key) => unique.get(key)!);
}
