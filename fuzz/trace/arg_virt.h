/* SPDX-License-Identifier: MIT */
/* What arg.c's table has of address spaces. */
#ifndef MM_ARG_VIRT_H
#define MM_ARG_VIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Masks are of 32 bits. */
uint64_t mm_arg_word32(uint64_t value);

uint64_t mm_arg_addr_from_raw(unsigned int raw);
bool mm_arg_addr_to_raw(uint64_t value, unsigned int *raw);
void mm_arg_addr_print(uint64_t value, char *buf, size_t len);
uint64_t mm_arg_len_from_raw(unsigned int raw);
bool mm_arg_len_to_raw(uint64_t value, unsigned int *raw);

uint64_t mm_arg_prot_from_raw(unsigned int raw);
bool mm_arg_prot_to_raw(uint64_t value, unsigned int *raw);
void mm_arg_prot_print(uint64_t value, char *buf, size_t len);
bool mm_arg_prot_parse(const char *s, size_t len, uint64_t *value);

uint64_t mm_arg_map_from_raw(unsigned int raw);
bool mm_arg_map_to_raw(uint64_t value, unsigned int *raw);
void mm_arg_map_print(uint64_t value, char *buf, size_t len);
bool mm_arg_map_parse(const char *s, size_t len, uint64_t *value);

uint64_t mm_arg_access_from_raw(unsigned int raw);
uint64_t mm_arg_access_settle(uint64_t value);
void mm_arg_access_print(uint64_t value, char *buf, size_t len);
bool mm_arg_access_parse(const char *s, size_t len, uint64_t *value);

uint64_t mm_arg_mode_from_raw(unsigned int raw);
bool mm_arg_mode_to_raw(uint64_t value, unsigned int *raw);
uint64_t mm_arg_mode_settle(uint64_t value);
void mm_arg_mode_print(uint64_t value, char *buf, size_t len);
bool mm_arg_mode_parse(const char *s, size_t len, uint64_t *value);

uint64_t mm_arg_rlimit_settle(uint64_t value);
void mm_arg_rlimit_print(uint64_t value, char *buf, size_t len);
bool mm_arg_rlimit_parse(const char *s, size_t len, uint64_t *value);

uint64_t mm_arg_caps_settle(uint64_t value);
void mm_arg_caps_print(uint64_t value, char *buf, size_t len);
bool mm_arg_caps_parse(const char *s, size_t len, uint64_t *value);

#endif
