/* The sound kernel: one translation unit, compiled once for each level of the processor and once for WebAssembly, always with the same flags. */
#include "loudness.c"
#include "master.c"
#include "peaks.c"

EXPORT int32_t kernel_layout(void) { return LAYOUT; }

EXPORT int32_t kernel_numbers(void) { return NUMBERS; }

#if defined(__x86_64__)
#include <cpuid.h>

INLINE uint32_t enabled_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

INLINE int has(uint32_t found, uint32_t needed) { return (found & needed) == needed; }

/* 0: SSE2, 1: what x86-64-v3 has, 2: what x86-64-v4 has; and the system keeps the registers. */
EXPORT int32_t kernel_best_level(void) {
    uint32_t a, b, c, d, features, more;
    if (!__get_cpuid(1, &a, &b, &features, &d))
        return 0;
    if (!has(features, bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C) || !has(enabled_registers(), 0x6))
        return 0;
    if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !has(c, bit_LZCNT))
        return 0;
    if (!__get_cpuid_count(7, 0, &a, &more, &c, &d) || !has(more, bit_AVX2 | bit_BMI | bit_BMI2))
        return 0;
    uint32_t wide = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
    return has(more, wide) && has(enabled_registers(), 0xe6) ? 2 : 1;
}
#else
EXPORT int32_t kernel_best_level(void) { return 0; }
#endif
