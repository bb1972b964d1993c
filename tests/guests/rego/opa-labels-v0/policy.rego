package policy

main = {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": response,
}

labels = object.get(input.request.object.metadata, "labels", {})

response = {"uid": input.request.uid, "allowed": false, "status": {"message": message, "code": 403}} {
	labels.forbidden != null
} else = {"uid": input.request.uid, "allowed": true, "patchType": "JSONPatch", "patch": patch} {
	labels.stamp != null
} else = {"uid": input.request.uid, "allowed": true}

message = data.message {
	data.message
} else = "label forbidden is set"

patch = base64.encode(json.marshal([{"op": "replace", "path": "/metadata/labels/stamp", "value": "stamped"}]))
