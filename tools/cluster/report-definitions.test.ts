import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { reportKinds, reportTypes } from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import { requires, sharedDataFolder } from "../../tests/support/requirements.ts";
import { withoutDescriptions } from "../../tests/support/without-descriptions.ts";
import { reportDefinitions } from "./report-definitions.ts";

const definitions = reportKinds.flatMap((kind) => reportDefinitions(kind));

describe.skipIf(requires("shared-data").skip)(
  "the definitions of reports, beside those of their projects",
  () => {
    it.each(definitions)(
      "audit-and-reports 30: $metadata.name is the same but for its words",
      (definition) => {
        const path = join(sharedDataFolder, "crds", `${definition.metadata.name}.yaml`);
        const published = parse(readFileSync(path, "utf8"));
        for (const version of published.spec.versions) {
          expect(version.subresources ?? {}).toEqual({});
          delete version.subresources; // an empty one is none
        }
        expect(withoutDescriptions(definition.spec)).toEqual(withoutDescriptions(published.spec));
      },
    );
  },
);

it("audit-and-reports 30: every version that the scanner writes is served", () => {
  for (const kind of reportKinds) {
    const { namespaced, cluster } = reportTypes(kind);
    const served = reportDefinitions(kind).map(({ spec }) =>
      spec.versions.map(({ name }) => `${spec.group}/${name} ${spec.names.plural}`),
    );
    expect(served[0]).toContain(`${namespaced.apiVersion} ${namespaced.plural}`);
    expect(served[1]).toContain(`${cluster.apiVersion} ${cluster.plural}`);
  }
});

it("stand in other API groups when a test wants them to", () => {
  const types = reportTypes("policyreport", { wgpolicy: "mine.test" });
  expect(reportDefinitions("policyreport", types).map(({ metadata }) => metadata.name)).toEqual([
    "policyreports.mine.test",
    "clusterpolicyreports.mine.test",
  ]);
});
