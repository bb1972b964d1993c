import { readFile, writeFile } from "node:fs/promises";
import { errorText, silentLogger } from "@kubewarden-ts/base";
import { defineCommand } from "@kubewarden-ts/cli";
import { createKubeClient, loadClusterAccess } from "@kubewarden-ts/kube";
import { parseAllDocuments } from "yaml";
import { PolicySdkError } from "../errors.ts";
import { generateTypes } from "../types/generate-types.ts";
import { reportingProblems } from "./problems.ts";

/** `policy-sdk types` */
export const typesCommand = defineCommand({
  summary: "Writes types of Kubernetes kinds that the SDK has none for, so that `isKind` narrows to them",
  args: [
    {
      name: "[sources...]",
      description: "OpenAPI documents of version 2 or 3, or CustomResourceDefinitions, as JSON or YAML",
    },
  ],
  flags: {
    cluster: { type: "boolean", description: "Asks the cluster of the kubeconfig for its OpenAPI document" },
    kubeconfig: { type: "string", valueName: "PATH", description: "Kubeconfig to use with --cluster" },
    kind: { type: "string", repeatable: true, valueName: "KIND", description: "Only this kind" },
    out: { type: "string", default: "src/kinds.ts", valueName: "PATH", description: "File to write" },
  },
  run: ({ args: [sources], flags, env, stdout, stderr }) =>
    reportingProblems(stderr, async () => {
      const documents = (await Promise.all(sources.map(readDocuments))).flat();
      if (flags.cluster) documents.push(await clusterDocument(env, flags.kubeconfig));
      const { text, kinds } = generateTypes(documents, flags.kind);
      await writeFile(flags.out, text);
      stdout.write(`${flags.out}: ${kinds.join(", ")}\n`);
      return 0;
    }),
});

async function readDocuments(path: string): Promise<unknown[]> {
  try {
    const text = await readFile(path, "utf8");
    if (text.trimStart().startsWith("{")) return [JSON.parse(text)];
    return parseAllDocuments(text).map((document) => {
      const [problem] = document.errors;
      if (problem !== undefined) throw problem;
      return document.toJS();
    });
  } catch (cause) {
    throw new PolicySdkError(`${path}: ${errorText(cause)}`, { code: "SDK_TYPES", cause });
  }
}

async function clusterDocument(
  env: Readonly<Record<string, string | undefined>>,
  kubeconfigPath: string | undefined,
): Promise<unknown> {
  try {
    const access = await loadClusterAccess({
      env,
      ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
    });
    await using client = createKubeClient(access, { log: silentLogger, userAgent: "policy-sdk" });
    const { body } = await client.request("/openapi/v2", { timeoutMs: 60_000 });
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new PolicySdkError(`the cluster's OpenAPI document: ${errorText(cause)}`, {
      code: "SDK_TYPES",
      cause,
    });
  }
}
