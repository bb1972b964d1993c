import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import { KwctlError } from "../../errors.ts";
import { yamlText } from "../../yaml-text.ts";
import {
  type Annotations,
  mailboxesOf,
  own,
  requiredAnnotation,
  urlOf,
  versionOf,
  wordsOf,
} from "./annotation-values.ts";

export interface PackageOptions {
  readonly metadata: PolicyMetadata;
  /** The text of `questions-ui.yml`. */
  readonly questions: string | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

const prefix = "io.kubewarden.policy";
const controllerChart = "https://artifacthub.io/packages/helm/kubewarden/kubewarden-controller";

/**
 * What Artifact Hub is told of a policy: `artifacthub-pkg.yml`, with its keys in the order of kwctl-and-oci.md 7.3.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for the first annotation that is missing or malformed
 */
export function artifactHubPackage({ metadata, questions, nowMs }: PackageOptions): object {
  const { annotations } = metadata;
  if (annotations === undefined || Object.keys(annotations).length === 0) {
    throw invalid("no annotations in policy metadata. policy metadata must specify annotations");
  }
  if (questions !== undefined && questions.trim() === "")
    throw invalid("questions-ui content cannot be empty");
  const version = versionOf(annotations, `${prefix}.version`);
  const facts = {
    name: requiredAnnotation(annotations, `${prefix}.title`),
    displayName: requiredAnnotation(annotations, "io.artifacthub.displayName"),
    createdAt: new Date(nowMs).toISOString(),
    description: requiredAnnotation(annotations, `${prefix}.description`),
    license: own(annotations, `${prefix}.license`),
    homeURL: urlOf(annotations, `${prefix}.url`)?.href,
  };
  const image = `${requiredAnnotation(annotations, `${prefix}.ociUrl`)}:v${version}`;
  return {
    version,
    ...facts,
    containersImages: [{ name: "policy", image }],
    keywords: wordsOf(annotations, "io.artifacthub.keywords"),
    links: linksOf(annotations, version),
    install: installText(image),
    maintainers: mailboxesOf(annotations, `${prefix}.author`),
    provider: { name: "kubewarden" },
    recommendations: [{ url: controllerChart }],
    annotations: hubAnnotations(metadata, annotations, questions),
  };
}

/** GitHub keeps the module beside the source. */
function linksOf(annotations: Annotations, version: string): object[] | undefined {
  const source = urlOf(annotations, `${prefix}.source`);
  if (source === undefined) return undefined;
  const url = source.href.replace(/\/+$/, "");
  const link = { name: "source", url };
  if (source.hostname !== "github.com") return [link];
  const tag = encodeURIComponent(own(annotations, "com.github.release.tag") ?? `v${version}`);
  return [{ name: "policy", url: `${url}/releases/download/${tag}/policy.wasm` }, link];
}

function installText(image: string): string {
  return `The policy can be pulled with [kwctl](https://docs.kubewarden.io):

\`\`\`console
kwctl pull ${image}
\`\`\`

Then make the resource that deploys it:

\`\`\`console
kwctl scaffold manifest -t ClusterAdmissionPolicy registry://${image}
\`\`\`
`;
}

/** Sorted by their names; all values are texts. */
function hubAnnotations(
  { mutating, rules, contextAwareResources }: PolicyMetadata,
  annotations: Annotations,
  questions: string | undefined,
): object {
  const reads = contextAwareResources.length > 0 ? yamlText(contextAwareResources) : undefined;
  return {
    "kubewarden/contextAwareResources": reads,
    "kubewarden/hidden-ui": own(annotations, "io.kubewarden.hidden-ui"),
    "kubewarden/mutation": String(mutating),
    "kubewarden/questions-ui": questions,
    "kubewarden/resources": own(annotations, "io.artifacthub.resources"),
    "kubewarden/rules": yamlText(rules),
  };
}

function invalid(message: string): KwctlError {
  return new KwctlError(message, { code: "KWCTL_INPUT_INVALID" });
}
