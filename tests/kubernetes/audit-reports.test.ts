import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient } from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { describe } from "vitest";
import {
  type ReportKind,
  type ReportTypes,
  reportKinds,
  reportTypes,
} from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import type { ReportCluster } from "../../apps/audit-scanner/src/reports/testing/report-cluster.ts";
import { reportContract } from "../../apps/audit-scanner/src/reports/testing/report-contract.ts";
import { reportDefinitions } from "../../tools/cluster/report-definitions.ts";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";
import { createServiceAccount, type PolicyRule } from "./service-account.ts";

describe.skipIf(requires("kubernetes").skip)("a real API server keeps the contract of reports", () => {
  for (const kind of reportKinds) reportContract(kind, openReal);
});

/** In API groups of their own: other tests store reports too, and a migration looks everywhere. */
async function openReal(): Promise<ReportCluster> {
  const { url, ca, admin, adminToken, createNamespace } = await controlPlane();
  const front = await createNamespace();
  const groups = { openreports: `${front}.openreports.test`, wgpolicy: `${front}.wgpolicy.test` };
  const types: Record<ReportKind, ReturnType<typeof reportTypes>> = {
    openreports: reportTypes("openreports", groups),
    policyreport: reportTypes("policyreport", groups),
  };
  const definitions = reportKinds.flatMap((kind) => reportDefinitions(kind, types[kind]));
  await installCustomResources(admin, definitions);
  const limited = await createServiceAccount(admin, front, { cluster: rightsOf136(types) });
  const clientOf = (token: string) =>
    createKubeClient(staticAccess(url, { token, tls: { ca } }), {
      ...{ log: silentLogger, userAgent: "kubewarden-ts-tests" },
    });
  const [client, limitedClient] = [clientOf(adminToken), clientOf(limited.token)];
  return {
    ...{ client, limitedClient, types, namespaces: [front, await createNamespace()] },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await limitedClient[Symbol.asyncDispose]();
      await removeCustomResources(admin, definitions);
    },
  };
}

/** What the role of the scanner grants there (audit-and-reports.md 3.2), a rule for each verb and kind. */
function rightsOf136(types: Record<ReportKind, ReportTypes>): PolicyRule[] {
  const verbs = ["create", "deletecollection", "get", "list", "patch", "update", "watch"];
  const kinds = Object.values(types).flatMap(({ namespaced, cluster }) => [namespaced, cluster]);
  return kinds.flatMap(({ apiVersion, plural }) =>
    verbs.map((verb) => ({
      apiGroups: [apiVersion.split("/")[0] ?? ""],
      resources: [plural],
      verbs: [verb],
    })),
  );
}
