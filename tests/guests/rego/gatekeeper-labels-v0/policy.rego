package policy

violation[{"msg": msg, "details": {"label": label}}] {
	labels := object.get(input.parameters, "labels", ["forbidden"])
	label := labels[_]
	input.review.object.metadata.labels[label]
	msg := concat(" ", ["label", label, "is set"])
}
