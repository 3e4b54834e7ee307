# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# Sourced by planted.sh: corpus, seeds.

seed() { # NAME: a copy of the good trace, in the same folder
	cp corpus/phys/zone/seed/a-zone-gives-one-page.ops "corpus/phys/zone/seed/$1"
}

refused "corpus/phys/zone/seed/three-words-only.ops:1: corpus: \"three-words-only\" has 3 words" \
	<<<'seed three-words-only.ops'
refused "a-b-c-d-e-f-g-h-i-j.ops:1: corpus: \"a-b-c-d-e-f-g-h-i-j\" has 10 words" \
	<<<'seed a-b-c-d-e-f-g-h-i-j.ops'
refused "corpus/phys/zone/seed/A-zone-gives-pages.ops:1: corpus: \"A-zone-gives-pages\" is not made of words" \
	<<<'seed A-zone-gives-pages.ops'
refused "corpus/phys/zone/seed/a-zone-gives-2.ops:1: corpus: \"2\" says nothing" \
	<<<'seed a-zone-gives-2.ops'
refused "corpus/phys/zone/seed/a-zone-gives-pages.txt:1: corpus: is no trace" \
	<<<'seed a-zone-gives-pages.txt'
refused "corpus/phys/zone/seed/a-zone-gives-two-pages.trail:1: corpus: has no trace beside it" \
	<<<'seed a-zone-gives-two-pages.trail'
refused "corpus/phys/page/seed/a-page-is-a-page.ops:1: corpus: layer phys has no module page" <<-'TEXT'
	seed ../../a-page-is-a-page.ops
	mkdir -p corpus/phys/page/seed
	mv corpus/phys/a-page-is-a-page.ops corpus/phys/page/seed
TEXT
refused "corpus/phys/zone/seed/a-zone-gives-one-page.ops:1: corpus: the name is that of corpus/phys/zone/regress/" <<-'TEXT'
	mkdir corpus/phys/zone/regress
	seed ../regress/a-zone-gives-one-page.ops
TEXT
refused "corpus/phys/zone/seed/a-zone-gives-one-page.ops:1: corpus: does not begin with the version" \
	<<<'sed -i "1s/1/2/" corpus/phys/zone/seed/*.ops'
refused "corpus/phys/zone/seed/a-zone-gives-one-page.ops:2: corpus: does not say what it shows" \
	<<<'sed -i 2s/.*/#/ corpus/phys/zone/seed/*.ops'
refused "corpus/bugs/lost.patch:1: corpus: \"lost\" has 1 words" \
	<<<'mv corpus/bugs/*.patch corpus/bugs/lost.patch'
refused "corpus/bugs/the-zone-loses-one-page.patch:1: corpus: has no title" \
	<<<'sed -i 1d corpus/bugs/*.patch'
refused "corpus/bugs/the-zone-loses-one-page.patch:1: corpus: has no \"Source:\" line" \
	<<<'sed -i /Source/d corpus/bugs/*.patch'
refused "corpus/bugs/the-zone-loses-one-page.patch:1: corpus: has no \"Expect:\" line" \
	<<<'sed -i /Expect/d corpus/bugs/*.patch'
make_tree "$work/tree"
(cd "$work/tree" && seed a-zone-gives-one-page.trail)
expect "a trail beside its trace" 0 "0 findings"

refused "the-zone-loses-one-page.patch:1: patches: does not apply (patch failed: zone.txt:1)" \
	<<<'echo frames >zone.txt'
refused "the-zone-loses-one-page.patch:1: patches: has no \"Claim:\" line" \
	<<<'sed -i /Claim/d corpus/bugs/*.patch'
refused "the-zone-loses-one-page.patch:5: patches: \"zone.gone\" is no claim and no property" \
	<<<'sed -i "s/^Claim: .*/Claim: zone.sound, zone.gone/" corpus/bugs/*.patch'
refused "corpus/recordings/it-is-a-trace.ops:1: corpus: is no trace, recording or bug" <<-'TEXT'
	mkdir corpus/recordings
	seed ../../../recordings/it-is-a-trace.ops
TEXT
make_tree "$work/tree"
(cd "$work/tree" && put corpus/recordings/proc/zoneinfo <<<"Node 0")
expect "a recording in a folder" 0 "0 findings"

refused "fuzz/optable.lock:4: seeds: no seed trace uses free" \
	<<<'echo "4 free page!" >>fuzz/optable.lock'
refused "fuzz/optable.lock:3: seeds: no seed trace uses alloc" \
	<<<'sed -i "s/^a = alloc/# alloc/" corpus/phys/zone/seed/*.ops'
