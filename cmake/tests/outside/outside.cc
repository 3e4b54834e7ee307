/* SPDX-License-Identifier: MIT */
/*
 * outside: the library from C++17.  The contracts are C, and say so nowhere, so
 * that whoever includes them has to.
 */
extern "C" {
#include "every_contract.h"
}

#include <cstdio>
#include <memory>

struct destroy {
	void operator()(struct mm_machine *m) const
	{
		mm_machine_destroy(m);
	}
};

int main()
{
	struct mm_error e = {};
	std::unique_ptr<struct mm_machine, destroy> m(mm_boot("ram=4M max_order=6", &e));

	if (!m)
		return 1;
	std::printf("digest 0x%016llx\n",
		    static_cast<unsigned long long>(mm_machine_digest(m.get())));
	return 0;
}
