import { errorText } from "@kubewarden-ts/base";
import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalidInput } from "../errors.ts";
import { readYamlDocuments } from "../run/yaml-documents.ts";

const flag = v.nullish(v.boolean());
const names = v.nullish(v.array(v.string()), []);
const integer = v.pipe(v.bigint("a whole number"), v.transform(Number));

const Range = v.object({ min: integer, max: integer });
const ranges = v.nullish(v.array(Range), []);

/** How a user or group id is chosen. */
const Strategy = v.strictObject({
  rule: v.picklist(["MustRunAs", "MayRunAs", "MustRunAsNonRoot", "RunAsAny"]),
  ranges,
});
export type Strategy = v.InferOutput<typeof Strategy>;
const strategy = v.nullish(Strategy, { rule: "RunAsAny" });

const SeLinux = v.strictObject({
  rule: v.picklist(["MustRunAs", "RunAsAny"]),
  seLinuxOptions: v.nullish(
    v.strictObject({
      user: v.nullish(v.string()),
      role: v.nullish(v.string()),
      type: v.nullish(v.string()),
      level: v.nullish(v.string()),
    }),
    {},
  ),
});

const Spec = v.strictObject({
  privileged: flag,
  ...{ hostPID: flag, hostIPC: flag, hostNetwork: flag, hostPorts: ranges },
  volumes: names,
  allowedHostPaths: v.nullish(v.array(v.strictObject({ pathPrefix: v.string(), readOnly: flag })), []),
  allowedFlexVolumes: v.nullish(v.array(v.strictObject({ driver: v.string() })), []),
  allowedCSIDrivers: v.nullish(v.array(v.unknown()), []),
  readOnlyRootFilesystem: flag,
  ...{ fsGroup: strategy, runAsUser: strategy, runAsGroup: strategy, supplementalGroups: strategy },
  ...{ allowPrivilegeEscalation: flag, defaultAllowPrivilegeEscalation: flag },
  ...{ allowedCapabilities: names, requiredDropCapabilities: names, defaultAddCapabilities: names },
  seLinux: v.nullish(SeLinux, { rule: "RunAsAny" }),
  allowedProcMountTypes: names,
  ...{ forbiddenSysctls: names, allowedUnsafeSysctls: names },
  runtimeClass: v.nullish(v.unknown()),
});

const PodSecurityPolicy = v.object({
  metadata: v.object({ name: v.string(), annotations: v.nullish(v.record(v.string(), v.string()), {}) }),
  spec: v.nullish(Spec, {}),
});
/** A `policy/v1beta1` PodSecurityPolicy, as far as it decides something. */
export type PodSecurityPolicy = v.InferOutput<typeof PodSecurityPolicy>;

const Kind = v.object({ kind: v.string(), items: v.nullish(v.array(v.unknown()), []) });

/**
 * Reads all PodSecurityPolicies of a YAML text, those in lists too.
 * @param source - where the text comes from, named in every problem; nothing for standard input
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`, one line per problem
 */
export function readPodSecurityPolicies(text: string, source?: string): PodSecurityPolicy[] {
  const from = source === undefined ? "" : `${source}: `;
  let documents: unknown[];
  try {
    documents = readYamlDocuments(text);
  } catch (error) {
    throw invalidInput(`${from}cannot read the PodSecurityPolicies: ${errorText(error)}`);
  }
  const found = documents.flatMap((document, index) =>
    readDocument(document, `${from}document ${index + 1}`),
  );
  if (found.length === 0) throw invalidInput(`${from}there is no PodSecurityPolicy in the input`);
  return found;
}

function readDocument(document: unknown, place: string): PodSecurityPolicy[] {
  const { kind, items } = parse(Kind, document, place);
  switch (kind) {
    case "PodSecurityPolicy":
      return [parse(PodSecurityPolicy, document, place)];
    case "List":
    case "PodSecurityPolicyList":
      return items.map((item, index) => parse(PodSecurityPolicy, item, `${place}, item ${index + 1}`));
    default:
      throw invalidInput(`${place}: expected a PodSecurityPolicy, received ${kind}`);
  }
}

function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown, place: string) {
  const read = v.safeParse(schema, value);
  if (read.success) return read.output;
  throw invalidInput(
    schemaProblems(read.issues)
      .map((problem) => `${place}: ${problem}`)
      .join("\n"),
  );
}
