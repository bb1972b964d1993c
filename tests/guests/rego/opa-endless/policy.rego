package policy

default main := {"response": {"uid": "", "allowed": true}}

# No four numbers fit: all combinations are tried, which takes hours, and memory does not grow.
main := {"response": {"uid": "", "allowed": false}} if {
	numbers_of_policy := numbers.range(1, 3000)
	some first in numbers_of_policy
	some second in numbers_of_policy
	some third in numbers_of_policy
	some fourth in numbers_of_policy
	first == second
	second < third
	third < fourth
	fourth < first
}
