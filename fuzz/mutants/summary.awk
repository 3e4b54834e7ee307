# SPDX-License-Identifier: MIT
# The rows of results.tsv as a score: by operator, by file, by what killed.
BEGIN { FS = "\t" }
{
	file = $1
	sub(/:[^:]*:[^:]*:[^:]*$/, "", file)
	if ($4 == "equal" || $4 == "uncompilable") {
		left_out[$4]++
		next
	}
	judged++
	by_operator[$3]++
	by_file[file]++
	if ($4 == "killed") {
		killed++
		killed_operator[$3]++
		killed_file[file]++
		killer[$5]++
	}
}
# The interval of Wilson for 95 %: unlike the plain one it holds for few mutants
# and near 100 %.
function bounds(k, n,    z, p, middle, half) {
	z = 1.959964
	p = k / n
	middle = (p + z * z / (2 * n)) / (1 + z * z / n)
	half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
	low = 100 * (middle - half)
	high = 100 * (middle + half)
}
function table(title, of, seen,    k, line, sorted, names) {
	printf "\n%-34s %6s %6s %7s\n", title, "judged", "killed", ""
	sorted = "LC_ALL=C sort"
	for (k in of)
		printf "%-34s %6d %6d %6.1f%%\n", k, of[k], seen[k], 100 * seen[k] / of[k] | sorted
	close(sorted)
}
END {
	printf "mutants %d: equal code %d, do not compile %d, judged %d\n", NR,
		left_out["equal"], left_out["uncompilable"], judged
	if (!judged)
		exit 0
	bounds(killed, judged)
	printf "score %.1f %%: %d of %d killed (95 %%: %.1f to %.1f %%)\n", 100 * killed / judged,
		killed, judged, low, high
	printf "killed by"
	printf " corpus %d, property %d, fuzz %d, timeout %d, compiler %d\n", killer["corpus"],
		killer["property"], killer["fuzz"], killer["timeout"], killer["compiler"]
	fflush()
	table("operator", by_operator, killed_operator)
	table("file", by_file, killed_file)
}
