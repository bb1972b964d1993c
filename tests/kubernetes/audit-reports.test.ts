import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient } from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { describe } from "vitest";
import {
  type ReportKind,
  reportKinds,
  reportTypes,
} from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import type { ReportCluster } from "../../apps/audit-scanner/src/reports/testing/report-cluster.ts";
import { reportContract } from "../../apps/audit-scanner/src/reports/testing/report-contract.ts";
import { reportDefinitions } from "../../tools/cluster/report-definitions.ts";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";

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
  const access = staticAccess(url, { token: adminToken, tls: { ca } });
  const client = createKubeClient(access, { log: silentLogger, userAgent: "kubewarden-ts-tests" });
  return {
    ...{ client, types, namespaces: [front, await createNamespace()] },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await removeCustomResources(admin, definitions);
    },
  };
}
