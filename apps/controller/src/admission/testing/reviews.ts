import { silentLogger } from "@kubewarden-ts/base";
import type { ObjectClient } from "@kubewarden-ts/kube";
import type { AdmissionContext } from "../admit.ts";
import { type FakeLookUp, fakeLookUp, namespace } from "./fake-look-up.ts";

/** An AdmissionReview as the API server sends it. */
export function review(request: object, version = "v1"): string {
  const apiVersion = `admission.k8s.io/${version}`;
  return JSON.stringify({ apiVersion, kind: "AdmissionReview", request: { uid: "u-1", ...request } });
}

/** A controller as its webhooks see it. */
export function admissionContext(lookUp: FakeLookUp = fakeLookUp()): AdmissionContext {
  const telemetry = {
    ...{ metrics: false, tracing: false, sidecar: false, policyServerMetricsPort: 8080, environment: {} },
    ...{ certificateSecret: undefined, clientCertificateSecret: undefined },
  };
  return {
    config: {
      deploymentsNamespace: namespace,
      webhookServiceName: "webhooks",
      alwaysAcceptInDeploymentsNamespace: false,
      clientCaConfigMapName: undefined,
      imagePullSecrets: [],
      hostNetwork: false,
      telemetry,
    },
    // nothing else is asked for
    objects: lookUp.objects as ObjectClient,
    log: silentLogger,
  };
}
