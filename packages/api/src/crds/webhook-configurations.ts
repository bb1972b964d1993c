import { partOfLabel, policiesGroup } from "../policies/names.ts";
import { customKinds } from "./kinds.ts";

export interface ControllerWebhooks {
  /** of the Service */
  readonly namespace: string;
  /** the Service that leads to the controllers */
  readonly serviceName: string;
  /** PEM in base64; the controller keeps it current where it is left out */
  readonly caBundle?: string;
  /** of the Service: 443 without */
  readonly port?: number;
}

/** One of the two configurations that make the API server ask the controller about our kinds. */
export type ControllerWebhookConfiguration = {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly webhooks: readonly ControllerWebhook[];
};

type ControllerWebhook = ReturnType<typeof webhookOf>;
type CustomKind = (typeof customKinds)[number];

const defaulting = { letter: "m", verb: "mutate" } as const;
const validation = { letter: "v", verb: "validate" } as const;

/**
 * The webhook configurations of the controller itself: five webhooks that fill in defaults, five that validate
 * (controller.md 2.1).
 */
export function controllerWebhookConfigurations(
  options: ControllerWebhooks,
): [ControllerWebhookConfiguration, ControllerWebhookConfiguration] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const labels = { [partOfLabel]: "kubewarden" };
  return [
    {
      apiVersion,
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "kubewarden-controller-mutating-webhook-configuration", labels },
      webhooks: customKinds.map((kind) => webhookOf(kind, defaulting, options)),
    },
    {
      apiVersion,
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "kubewarden-controller-validating-webhook-configuration", labels },
      webhooks: customKinds.map((kind) => webhookOf(kind, validation, options)),
    },
  ];
}

function webhookOf(
  { kind, plural }: CustomKind,
  step: typeof defaulting | typeof validation,
  { namespace, serviceName, caBundle, port = 443 }: ControllerWebhooks,
) {
  const name = kind.toLowerCase();
  const path = `/${step.verb}-${policiesGroup.replaceAll(".", "-")}-v1-${name}`;
  const v1only = step === validation && kind === "PolicyServer";
  return {
    name: `${step.letter}${name}.kb.io`,
    admissionReviewVersions: v1only ? ["v1"] : ["v1", "v1beta1"],
    clientConfig: {
      ...(caBundle !== undefined && { caBundle }),
      service: { namespace, name: serviceName, path, port },
    },
    rules: [
      {
        apiGroups: [policiesGroup],
        apiVersions: ["v1"],
        operations: ["CREATE", "UPDATE"],
        resources: [plural],
      },
    ],
    failurePolicy: "Fail",
    sideEffects: "None",
  };
}
