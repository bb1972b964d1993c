import { describe, expect, it } from "vitest";
import { qualifiedNameProblems } from "../../apps/controller/src/admission/validation/qualified-name.ts";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";

const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

describe.skipIf(requires("kubernetes").skip)("names of conditions", () => {
  it.each(["a/b/c", "-a", "a-", "a".repeat(64), "/a", "a/", "A_/x", "é", "a b", `${"p".repeat(254)}/x`])(
    "controller 16: the name %j of a condition is refused in Kubernetes' own words",
    async (name) => {
      const plane = await controlPlane();
      const webhook = {
        ...{ name: "a.example.com", admissionReviewVersions: ["v1"], sideEffects: "None" },
        clientConfig: { url: "https://localhost/" },
        matchConditions: [{ name, expression: "true" }],
      };
      const { body } = await plane.admin.request(`${configurations}?dryRun=All`, {
        method: "POST",
        body: { metadata: { generateName: "names-" }, webhooks: [webhook] },
      });
      const problems = qualifiedNameProblems(name).map(
        (problem) =>
          `webhooks[0].matchConditions[0].name: Invalid value: ${JSON.stringify(name)}: ${problem}`,
      );
      expect(body["message"]).toMatch(/ is invalid: /);
      // as newer versions say it
      const message = String(body["message"])
        .replace("a qualified name must", "a valid label key must")
        .replace(/no more than (\d+) characters/, "no more than $1 bytes");
      const [, text = ""] = message.split(" is invalid: ");
      expect(problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`).toBe(text);
    },
  );
});
