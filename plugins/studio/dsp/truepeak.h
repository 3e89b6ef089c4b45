/* The peak between the samples (ITU-R BS.1770-5, Annex 2), by the tables of design.py. */
#pragma once

#include "lanes.h"
#include "tables.h"

/* For sixteen samples from `at` on: of each, and of what lies between it and the next. Reads from at[1 - reach] to at[15 + reach].
 *
 * A phase and its mirror image need the same sums and differences of samples: with their even part E and odd part O they are E + O and E - O, so
 * the greater of the two is |E| + |O|. */
INLINE lanes true_peaks(const float *at, int reach, int mirrored, const float *middle, const float *even, const float *odd) {
    lanes between = all(0.0f), evens[3] = {0}, odds[3] = {0};
#pragma clang loop unroll(full)
    for (int tap = 0; tap < reach; tap++) {
        lanes before = load(at + tap - reach + 1), after = load(at + reach - tap);
        lanes sum = before + after, difference = before - after;
        between += middle[tap] * sum;
        for (int phase = 0; phase < mirrored; phase++) {
            evens[phase] += even[phase * reach + tap] * sum;
            odds[phase] += odd[phase * reach + tap] * difference;
        }
    }
    lanes found = greater(magnitude(load(at)), magnitude(between));
    for (int phase = 0; phase < mirrored; phase++)
        found = greater(found, magnitude(evens[phase]) + magnitude(odds[phase]));
    return found;
}

/* At four times the rate, through a filter that falls slowly towards half the rate, as most meters do. */
INLINE lanes gentle_peaks(const float *at) {
    return true_peaks(at, GENTLE_REACH, GENTLE_MIRRORED, GENTLE_MIDDLE, GENTLE_EVEN, GENTLE_ODD);
}

/* At eight times the rate, through a filter that keeps nearly everything. */
INLINE lanes steep_peaks(const float *at) {
    return true_peaks(at, STEEP_REACH, STEEP_MIRRORED, STEEP_MIDDLE, STEEP_EVEN, STEEP_ODD);
}
