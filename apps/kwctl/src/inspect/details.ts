import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import { yamlText } from "../yaml-text.ts";
import { wrapText } from "./wrap-text.ts";

type Row = readonly [name: string, value: string];

const annotationPrefix = "io.kubewarden.policy.";
const usageAnnotation = `${annotationPrefix}usage`;
/** Shown as details rather than among the annotations. */
const detailAnnotations = ["title", "description", "author", "url", "source", "license"];

const ruler = "─".repeat(80);

/** The metadata of a policy for people to read (kwctl-and-oci.md 6.1). Ends with a newline. */
export function policyDetails(metadata: PolicyMetadata): string {
  const { rules, contextAwareResources, annotations = {} } = metadata;
  const usage = annotations[usageAnnotation];
  const others = annotationRows(annotations);
  const sections = [
    `Details\n${table(detailRows(metadata))}`,
    ...(others.length === 0 ? [] : [`Annotations\n${table(others)}`]),
    `Rules\n${ruler}\n${yamlText(rules)}${ruler}`,
    ...(contextAwareResources.length === 0 ? [] : [contextAware(contextAwareResources)]),
    ...(usage === undefined ? [] : [`Usage\n${wrapText(usage.trimEnd(), 120)}`]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function detailRows(metadata: PolicyMetadata): Row[] {
  const { annotations = {}, executionMode, minimumKubewardenVersion } = metadata;
  const described = detailAnnotations.flatMap((name): Row[] => {
    const value = annotations[annotationPrefix + name];
    return value === undefined ? [] : [[`${name}:`, value]];
  });
  const protocolVersion = metadata.protocolVersion === "v1" ? "1" : "unknown";
  return [
    ...described,
    ["mutating:", String(metadata.mutating)],
    ["background audit support:", String(metadata.backgroundAudit)],
    ["context aware:", String(metadata.contextAwareResources.length > 0)],
    ["policy type:", metadata.policyType],
    ["execution mode:", executionMode],
    ...(executionMode === "kubewarden-wapc" ? [["protocol version:", protocolVersion] as const] : []),
    ...(minimumKubewardenVersion === undefined
      ? []
      : [["minimum kubewarden version:", minimumKubewardenVersion] as const]),
  ];
}

function annotationRows(annotations: Readonly<Record<string, string>>): Row[] {
  const shown = [...detailAnnotations.map((name) => annotationPrefix + name), usageAnnotation];
  return Object.entries(annotations).filter(([name]) => !shown.includes(name));
}

function contextAware(resources: PolicyMetadata["contextAwareResources"]): string {
  return [
    "Context Aware",
    "The policy requires access to the following Kubernetes resources:",
    yamlText(resources).trimEnd(),
    "To avoid abuses, review carefully what the policy requests access to.",
  ].join("\n");
}

/** Two columns without a border; texts of several lines stay in their column. */
function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const indent = `\n${" ".repeat(width + 1)}`;
  return rows
    .map(([name, value]) => `${name.padEnd(width)} ${value.trimEnd().replaceAll("\n", indent)}`)
    .join("\n");
}
