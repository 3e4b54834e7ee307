/* SPDX-License-Identifier: MIT */
/*
 * subject: the process whose address space is compared.  It does what the slot says,
 * one system call or one touch at a time, and nothing else: no library, no heap, no
 * thread, so that nobody but the driver changes what is mapped.
 *
 * A touch that ends in a signal goes on behind the instruction.  Code is executed one
 * instruction long: the trap flag is set, the first trap comes before the instruction at
 * the address, the second after it.  Pages are zeroes, which add a register to a byte
 * that it points to.
 */
#include "fuzz/oracle/live/slot.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define ALT_STACK      0x10000u
#define FUTEX_WAIT_OP  0
#define FUTEX_WAKE_OP  1
#define CAP_VERSION_3  0x20080522u
#define RESTORER_FLAG  0x04000000u
#define TRAP_FLAG      0x100
#define PR_THP_DISABLE 41

/* Unmapped before anything else happens: it only makes the heap begin where it ends. */
__attribute__((section(".heapmark"), used)) static char mark[MM_LIVE_MARK] = {1};

static char alt_stack[ALT_STACK];
static char scratch[64];
static struct mm_live_slot *slot;
static volatile int traps;

static long call6(long nr, const uint64_t *a)
{
	register long r10 __asm__("r10") = (long)a[3];
	register long r8 __asm__("r8") = (long)a[4];
	register long r9 __asm__("r9") = (long)a[5];
	long answer;

	__asm__ volatile("syscall"
			 : "=a"(answer)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return answer;
}

static long call(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t args[6] = {a, b, c, d, 0, 0};

	return call6(nr, args);
}

/* ---- touching ---- */

long subject_read(uint64_t addr);
void subject_write(uint64_t addr);
void subject_exec(uint64_t addr, void *where_rax_points);
void subject_restore(void);
void subject_start(const uint64_t *stack);
extern const char subject_after_read[];
extern const char subject_after_write[];
extern const char subject_after_exec[];

__asm__(".text\n"
	".globl subject_read, subject_after_read\n"
	"subject_read:\n"
	"	movb (%rdi), %al\n"
	"subject_after_read:\n"
	"	ret\n"
	".globl subject_write, subject_after_write\n"
	"subject_write:\n"
	"	movb $0, (%rdi)\n"
	"subject_after_write:\n"
	"	ret\n"
	".globl subject_exec, subject_after_exec\n"
	"subject_exec:\n"
	"	movq %rsi, %rax\n"
	"	pushfq\n"
	"	orq $0x100, (%rsp)\n"
	"	popfq\n"
	"	jmp *%rdi\n"
	"subject_after_exec:\n"
	"	ret\n"
	".globl subject_restore\n"
	"subject_restore:\n"
	"	movl $15, %eax\n"
	"	syscall\n"
	".globl _start\n"
	"_start:\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call subject_start\n"
	"	hlt\n");

static const char *behind;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	if (sig == SIGTRAP && ++traps < 2)
		return;
	if (sig != SIGTRAP) {
		slot->signal = sig;
		slot->code = info->si_code;
	}
	u->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)behind;
	u->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

static void touch(uint64_t addr, uint64_t access)
{
	traps = 0;
	slot->answer = 0;
	if (access == 1) {
		behind = subject_after_write;
		subject_write(addr);
	} else if (access == 2) {
		behind = subject_after_exec;
		subject_exec(addr, scratch);
	} else {
		behind = subject_after_read;
		(void)subject_read(addr);
	}
}

/* ---- the loop ---- */

static void set_caps(uint64_t effective, uint64_t permitted)
{
	struct {
		uint32_t version;
		int pid;
	} head = {CAP_VERSION_3, 0};
	uint32_t data[2][3] = {{(uint32_t)effective, (uint32_t)permitted, 0},
			       {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), 0}};

	slot->answer =
		call(SYS_capset, (uint64_t)(uintptr_t)&head, (uint64_t)(uintptr_t)data, 0, 0);
}

static void serve(void)
{
	uint64_t turn = (uint64_t)(uintptr_t)&slot->turn;

	for (;;) {
		while (__atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE) != MM_LIVE_SUBJECT)
			(void)call(SYS_futex, turn, FUTEX_WAIT_OP, MM_LIVE_DRIVER, 0);
		slot->signal = 0;
		slot->code = 0;
		if (slot->request == MM_LIVE_TOUCH)
			touch(slot->arg[0], slot->arg[1]);
		else if (slot->request == MM_LIVE_CAPS)
			set_caps(slot->arg[0], slot->arg[1]);
		else
			slot->answer = call6((long)slot->arg[0], &slot->arg[1]);
		__atomic_store_n(&slot->turn, MM_LIVE_DRIVER, __ATOMIC_RELEASE);
		(void)call(SYS_futex, turn, FUTEX_WAKE_OP, 1, 0);
	}
}

static void catch_signals(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGTRAP, SIGILL};
	/* the kernel's struct sigaction: handler, flags, restorer, mask */
	static uint64_t action[4];
	static stack_t alt;
	unsigned int i;

	alt.ss_sp = alt_stack;
	alt.ss_size = sizeof(alt_stack);
	(void)call(SYS_sigaltstack, (uint64_t)(uintptr_t)&alt, 0, 0, 0);
	action[0] = (uint64_t)(uintptr_t)on_signal;
	action[1] = (uint64_t)(SA_SIGINFO | SA_NODEFER | SA_ONSTACK) | RESTORER_FLAG;
	action[2] = (uint64_t)(uintptr_t)subject_restore;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)call(SYS_rt_sigaction, (uint64_t)signals[i], (uint64_t)(uintptr_t)action, 0,
			   8);
}

void subject_start(const uint64_t *stack)
{
	const uint64_t map[6] = {0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, MM_LIVE_SLOT_FD, 0};
	long at = call6(SYS_mmap, map);

	(void)stack;
	(void)call(SYS_munmap, MM_LIVE_HEAP - MM_LIVE_MARK, MM_LIVE_MARK, 0, 0);
	if (at < 0 && at > -4096)
		(void)call(SYS_exit_group, 1, 0, 0, 0);
	slot = (struct mm_live_slot *)at;
	(void)call(SYS_prctl, PR_THP_DISABLE, 1, 0, 0);
	catch_signals();
	serve();
}
