import { readFileSync } from "node:fs";
import { join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient } from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { describe } from "vitest";
import { parse } from "yaml";
import {
  type ReportKind,
  reportKinds,
  reportTypes,
} from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import type { ReportCluster } from "../../apps/audit-scanner/src/reports/testing/report-cluster.ts";
import { reportContract } from "../../apps/audit-scanner/src/reports/testing/report-contract.ts";
import { requires, sharedDataFolder } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";
import {
  type InstalledDefinition,
  installCustomResources,
  removeCustomResources,
} from "./install-custom-resources.ts";

const missing = [requires("kubernetes"), requires("shared-data")].find(({ skip }) => skip);

describe.skipIf(missing)("a real API server keeps the contract of reports", () => {
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
  const definitions = [
    ...["reports", "clusterreports"].map((plural) =>
      definition(plural, "openreports.io", groups.openreports),
    ),
    ...["policyreports", "clusterpolicyreports"].map((plural) =>
      definition(plural, "wgpolicyk8s.io", groups.wgpolicy),
    ),
  ];
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

function definition(plural: string, group: string, ownGroup: string): InstalledDefinition {
  const text = readFileSync(join(sharedDataFolder, "crds", `${plural}.${group}.yaml`), "utf8");
  return parse(text.replaceAll(group, ownGroup));
}
