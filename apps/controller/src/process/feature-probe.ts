import { type Clock, errorText, type Logger } from "@kubewarden-ts/base";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import type { ClusterFeatures } from "../context.ts";

const path = "/openapi/v3/apis/admissionregistration.k8s.io/v1";
const webhookSchema = "io.k8s.api.admissionregistration.v1.ValidatingWebhook";

const OpenApiDocument = v.looseObject({
  components: v.looseObject({
    schemas: v.looseObject({
      [webhookSchema]: v.looseObject({ properties: v.record(v.string(), v.unknown()) }),
    }),
  }),
});

const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/**
 * Finds out what the API server can do (controller.md 6.5). Asks until it has an answer: taking an error for "no", as
 * upstream does, would silently leave `matchConditions` out of every webhook.
 * @throws the reason of `signal` when that is aborted before
 */
export async function probeFeatures(
  client: Pick<KubeClient, "get">,
  { log, clock, signal }: { log: Logger; clock: Clock; signal: AbortSignal },
): Promise<ClusterFeatures> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      const matchConditions = await hasMatchConditions(client, signal);
      if (!matchConditions) log.info("the API server has no matchConditions: webhooks go without them");
      return { matchConditions };
    } catch (error) {
      signal.throwIfAborted();
      log.error("cannot find out what the API server can do", { error: errorText(error), pauseMs });
    }
    await clock.sleep(pauseMs, { signal });
  }
}

async function hasMatchConditions(client: Pick<KubeClient, "get">, signal: AbortSignal): Promise<boolean> {
  try {
    const { body } = await client.get(path, { signal });
    const document = v.parse(OpenApiDocument, JSON.parse(new TextDecoder().decode(body)));
    return Object.hasOwn(document.components.schemas[webhookSchema].properties, "matchConditions");
  } catch (error) {
    // an API server without this document is older than the field
    if (isKubeError(error, "KUBE_NOT_FOUND", "KUBE_RESOURCE_UNKNOWN", "KUBE_GROUP_UNKNOWN")) return false;
    throw error;
  }
}
