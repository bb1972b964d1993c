import type { Pod } from "@kubewarden-ts/api/core";
import * as v from "valibot";

const ContainerStatuses = v.object({
  containerStatuses: v.array(
    v.object({
      restartCount: v.exactOptional(v.number(), 0),
      state: v.exactOptional(
        v.object({ waiting: v.exactOptional(v.object({ reason: v.exactOptional(v.string()) })) }),
        {},
      ),
    }),
  ),
});

export function isPodReady({ status }: Pod): boolean {
  return status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
}

/**
 * Why a pod is not ready, in words that stay the same while it is tried again and again: each change of the text is a
 * write for every policy.
 */
export function podProblem(pod: Pod): string | undefined {
  if (isPodReady(pod)) return undefined;
  const text = `pod ${pod.metadata.name} is not ready`;
  const read = v.safeParse(ContainerStatuses, pod.status);
  if (!read.success) return text;
  const { containerStatuses } = read.output;
  const reasons = containerStatuses.map(({ state }) => state.waiting?.reason ?? "");
  if (reasons.some((reason) => /Image/.test(reason))) return `${text}: its image cannot be pulled`;
  if (reasons.includes("CreateContainerConfigError")) {
    return `${text}: a Secret or ConfigMap that it needs is missing`;
  }
  const restarts = containerStatuses.some(({ restartCount }) => restartCount > 0);
  return restarts ? `${text}: it ends and is started again, see its log` : text;
}
