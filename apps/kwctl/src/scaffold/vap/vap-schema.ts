import { errorText } from "@kubewarden-ts/base";
import { JsonObject, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalidInput } from "../../errors.ts";
import { readYamlDocuments } from "../../run/yaml-documents.ts";

const apiVersion = v.pipe(
  v.string(),
  v.regex(/^admissionregistration\.k8s\.io\//, "admissionregistration.k8s.io/v1"),
);
const texts = v.nullish(v.array(v.string()), []);
const list = v.nullish(v.array(v.unknown()), []);

const Requirement = v.pipe(
  JsonObject,
  v.object({ key: v.string(), operator: v.string(), values: v.nullish(v.array(v.string())) }),
);
const LabelSelector = v.pipe(
  JsonObject,
  v.object({
    matchLabels: v.nullish(v.record(v.string(), v.string()), {}),
    matchExpressions: v.nullish(v.array(Requirement), []),
  }),
);
export type LabelSelector = v.InferOutput<typeof LabelSelector>;

const ResourceRule = v.pipe(
  JsonObject,
  v.object({
    apiGroups: texts,
    apiVersions: texts,
    operations: texts,
    resources: texts,
    resourceNames: texts,
    scope: v.nullish(v.string()),
  }),
);
export type ResourceRule = v.InferOutput<typeof ResourceRule>;

const Match = v.pipe(
  JsonObject,
  v.object({
    resourceRules: v.nullish(v.array(ResourceRule), []),
    excludeResourceRules: list,
    matchPolicy: v.nullish(v.string()),
    namespaceSelector: v.nullish(LabelSelector),
    objectSelector: v.nullish(LabelSelector),
  }),
);

const Variable = v.pipe(JsonObject, v.looseObject({ name: v.string(), expression: v.string() }));
const Validation = v.pipe(
  JsonObject,
  v.looseObject({ expression: v.string(), messageExpression: v.nullish(v.string()) }),
);
const ParamKind = v.pipe(JsonObject, v.looseObject({ apiVersion: v.string(), kind: v.string() }));

const PolicyName = v.pipe(JsonObject, v.object({ name: v.string() }));
const ValidatingAdmissionPolicy = v.object({
  apiVersion,
  kind: v.literal("ValidatingAdmissionPolicy"),
  metadata: v.nullish(PolicyName),
  spec: v.pipe(
    JsonObject,
    v.object({
      failurePolicy: v.nullish(v.string()),
      variables: v.nullish(v.array(Variable)),
      validations: v.nullish(v.array(Validation)),
      paramKind: v.nullish(ParamKind),
      matchConstraints: Match,
      auditAnnotations: list,
      matchConditions: list,
    }),
  ),
});
/** Kubernetes' own policy in CEL, as far as it is converted. */
export type ValidatingAdmissionPolicy = v.InferOutput<typeof ValidatingAdmissionPolicy>;

const ValidatingAdmissionPolicyBinding = v.object({
  apiVersion,
  kind: v.literal("ValidatingAdmissionPolicyBinding"),
  metadata: JsonObject,
  spec: v.pipe(
    JsonObject,
    v.object({
      policyName: v.nullish(v.string()),
      paramRef: v.nullish(JsonObject),
      matchResources: v.nullish(Match),
      validationActions: texts,
    }),
  ),
});
/** What puts such a policy in force. */
export type ValidatingAdmissionPolicyBinding = v.InferOutput<typeof ValidatingAdmissionPolicyBinding>;

/** @throws {KwctlError} `KWCTL_INPUT_INVALID`, with every problem */
export function readValidatingAdmissionPolicy(text: string): ValidatingAdmissionPolicy {
  return readResource(ValidatingAdmissionPolicy, text, "ValidatingAdmissionPolicy");
}

/** @throws {KwctlError} `KWCTL_INPUT_INVALID`, with every problem */
export function readValidatingAdmissionPolicyBinding(text: string): ValidatingAdmissionPolicyBinding {
  return readResource(ValidatingAdmissionPolicyBinding, text, "ValidatingAdmissionPolicyBinding");
}

function readResource<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  kind: string,
): v.InferOutput<Schema> {
  const read = v.safeParse(schema, readDocument(text, kind));
  if (read.success) return read.output;
  throw cannotConvert(kind, schemaProblems(read.issues).join(", "));
}

function readDocument(text: string, kind: string): unknown {
  let documents: unknown[];
  try {
    documents = readYamlDocuments(text);
  } catch (error) {
    throw cannotConvert(kind, errorText(error));
  }
  if (documents.length === 1) return documents[0];
  throw cannotConvert(kind, `expected one document, received ${documents.length}`);
}

function cannotConvert(kind: string, problem: string) {
  return invalidInput(`cannot convert given data into a ${kind}: ${problem}`);
}
