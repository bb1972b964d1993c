package policy

# Answers what its settings say, as it is. Without the setting, the answer is undefined.
violation := input.parameters.answer
