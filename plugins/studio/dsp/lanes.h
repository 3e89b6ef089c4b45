/* Sixteen lanes of float32: the only file that knows how wide they are, and what differs between targets. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

#define EXPORT __attribute__((visibility("default"), used))

enum {
    LANES = 16,
    QUANTUM = 64, /* frames; everything advances by whole quanta, so the sizes of blocks do not matter */
    STEP = 4,     /* frames between two gains of the compressor and the limiter */
    STEPS = QUANTUM / STEP,
};

_Static_assert(STEPS == LANES, "a quantum has one step per lane");

typedef float lanes __attribute__((ext_vector_type(16)));
typedef int32_t whole __attribute__((ext_vector_type(16)));
typedef uint32_t natural __attribute__((ext_vector_type(16)));
typedef double pair __attribute__((ext_vector_type(2)));
typedef double eight __attribute__((ext_vector_type(8)));
typedef lanes unaligned __attribute__((aligned(4)));
typedef eight unaligned_eight __attribute__((aligned(4)));

/* Below TINY a number is silence, and would become a denormal: 17 to 32 times slower. Above HUGE it is no sample. */
#define TINY 1e-20f
#define HUGE 1e9f
#define LIMIT 1e30f

INLINE lanes all(float x) { return (lanes)x; }
INLINE lanes load(const float *at) { return *(const unaligned *)at; }
INLINE void store(float *at, lanes x) { *(unaligned *)at = x; }
INLINE lanes select(whole which, lanes yes, lanes no) { return (lanes)((which & (whole)yes) | (~which & (whole)no)); }
INLINE lanes greater(lanes a, lanes b) { return a > b ? a : b; }
INLINE lanes lesser(lanes a, lanes b) { return a < b ? a : b; }
INLINE lanes magnitude(lanes x) { return (lanes)((whole)x & 0x7fffffff); }

/* Each left lane beside its right one. */
INLINE lanes swapped(lanes x) {
    return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

/* Where left and right are the same, two fit into one: a in the left lanes, b in the right ones. And back. */
INLINE lanes paired(lanes a, lanes b) {
    return __builtin_shufflevector(a, b, 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31);
}
INLINE lanes lefts(lanes x) { return __builtin_shufflevector(x, x, 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14); }
INLINE lanes rights(lanes x) { return __builtin_shufflevector(x, x, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15); }

/* Eight rows of eight to their columns; the bits are only moved. */
INLINE void transpose(eight *rows) {
    for (int row = 0; row < 8; row += 2) {
        eight a = rows[row], b = rows[row + 1];
        rows[row] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
        rows[row + 1] = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int row = 0; row < 8; row += row % 2 ? 3 : 1) {
        eight a = rows[row], b = rows[row + 2];
        rows[row] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        rows[row + 2] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int row = 0; row < 4; row++) {
        eight a = rows[row], b = rows[row + 4];
        rows[row] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        rows[row + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

INLINE uint32_t bits(float x) { return ((union { float x; uint32_t bits; }){x}).bits; }

/* x where its size lies from least to most, else 0; so are NaN and infinities. Sizes are in the order of their bits: moved down, so that least becomes
 * the least of whole numbers and what is below it wraps around to the top, one comparison does. */
INLINE lanes within(lanes x, float least, float most) {
    whole size = (whole)(((natural)x & 0x7fffffffu) - bits(least) + 0x80000000u);
    return (lanes)((whole)x & (size <= (int32_t)(bits(most) - bits(least) + 0x80000000u)));
}

/* What comes in: NaN, infinities and what is no sample become 0. */
INLINE lanes cleaned(lanes x) { return within(x, TINY, HUGE); }

INLINE float cleaned_one(float x) {
    float size = __builtin_fabsf(x);
    return size >= TINY && size <= HUGE ? x : 0.0f;
}

/* States and what goes out: no denormals, nothing infinite. */
INLINE lanes settled(lanes x) { return within(x, TINY, LIMIT); }

INLINE float settled_one(float x) {
    float size = __builtin_fabsf(x);
    return size >= TINY && size <= LIMIT ? x : 0.0f;
}

INLINE float larger(float a, float b) { return a > b ? a : b; }

INLINE float greatest_lane(lanes x) {
    float found = x[0];
    for (int lane = 1; lane < LANES; lane++)
        found = larger(found, x[lane]);
    return found;
}

/* Round to nearest, denormals as they are: another library in the host may have set them otherwise. */
#if defined(__x86_64__)
INLINE uint64_t pin_rounding(void) {
    unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(0x1f80);
    return before;
}
INLINE void restore_rounding(const uint64_t *before) { __builtin_ia32_ldmxcsr((unsigned)*before); }
#elif defined(__aarch64__)
INLINE uint64_t pin_rounding(void) {
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
    return before;
}
INLINE void restore_rounding(const uint64_t *before) { __asm__ volatile("msr fpcr, %0" : : "r"(*before)); }
#else
INLINE uint64_t pin_rounding(void) { return 0; }
INLINE void restore_rounding(const uint64_t *before) { (void)before; }
#endif

#define PIN_ROUNDING uint64_t rounding __attribute__((cleanup(restore_rounding), unused)) = pin_rounding()
