package policy

# One violation for each label of the settings that the object carries.
violation contains {"msg": msg, "details": {"label": label}} if {
	some label in object.get(input.parameters, "labels", ["forbidden"])
	input.review.object.metadata.labels[label]
	msg := concat(" ", ["label", label, "is set"])
}
