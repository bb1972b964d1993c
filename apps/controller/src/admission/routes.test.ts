import { controllerWebhookConfigurations } from "@kubewarden-ts/api/crds";
import { describe, expect, it } from "vitest";
import { admissionRoute } from "./routes.ts";

describe("paths of the webhooks", () => {
  const [mutating, validating] = controllerWebhookConfigurations({ namespace: "n", serviceName: "s" });
  it.each([
    ["mutate", mutating],
    ["validate", validating],
  ] as const)("all that the API server is told to %s at are served", (step, { webhooks }) => {
    const routes = webhooks.map(({ clientConfig }) =>
      admissionRoute(`${clientConfig.service.path}?timeout=10s`),
    );
    expect(routes.map((route) => route?.step)).toEqual(webhooks.map(() => step));
    const plurals = webhooks.map(({ rules }) => rules[0]?.resources[0]);
    expect(routes.map((route) => route?.type.plural)).toEqual(plurals);
  });

  it.each(["/", "", "/validate", "/validate-policies-kubewarden-io-v1-policyserver/", "/constructor"])(
    "%j is none",
    (path) => expect(admissionRoute(path)).toBeUndefined(),
  );
});
