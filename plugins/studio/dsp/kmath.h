/* log2 and exp2 of our own: those of C libraries differ between targets. The polynomials are fitted by design.py. */
#pragma once

#include "lanes.h"
#include "tables.h"

/* For x in the range of normal numbers; within 1e-6 of the truth. */
INLINE lanes log2_lanes(lanes x) {
    whole bits = (whole)x;
    whole exponent = (bits - 0x3f3504f3) >> 23; /* the mantissa then lies in sqrt(1/2)..sqrt(2) */
    lanes t = (lanes)(bits - (exponent << 23)) - 1.0f;
    lanes sum = all(LOG2_POLYNOMIAL[LOG2_TERMS - 1]);
    for (int term = LOG2_TERMS - 2; term >= 0; term--)
        sum = sum * t + LOG2_POLYNOMIAL[term];
    return __builtin_convertvector(exponent, lanes) + sum * t;
}

/* For x from -120 to 120; relative error below 3e-7; exp2(0) is 1. */
INLINE lanes exp2_lanes(lanes x) {
    x = greater(lesser(x, all(120.0f)), all(-120.0f));
    lanes nearest = (x + 12582912.0f) - 12582912.0f; /* 1.5 * 2^23: what is behind the point falls off */
    lanes t = x - nearest;
    lanes sum = all(EXP2_POLYNOMIAL[EXP2_TERMS - 1]);
    for (int term = EXP2_TERMS - 2; term >= 0; term--)
        sum = sum * t + EXP2_POLYNOMIAL[term];
    whole scale = (__builtin_convertvector(nearest, whole) + 127) << 23;
    return (lanes)scale * (sum * t + 1.0f);
}
