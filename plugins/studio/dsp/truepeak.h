/* The peak between the samples (ITU-R BS.1770-5, Annex 2), by the tables of design.py. */
#pragma once

#include "lanes.h"
#include "tables.h"

/* For sixteen places: the greatest at a quarter, half and three quarters of the way between before[0] and after[0]; the others lie further out.
 *
 * A phase and its mirror image need the same sums and differences of samples: with their even part E and odd part O they are E + O and E - O, so
 * the greater of the two is |E| + |O|. */
INLINE lanes peaks_between(const lanes *before, const lanes *after, int reach, const float *middle, const float *even, const float *odd) {
    lanes halfway = all(0.0f), evens = all(0.0f), odds = all(0.0f);
#pragma clang loop unroll(full)
    for (int tap = reach - 1; tap >= 0; tap--) {
        lanes sum = before[tap] + after[tap], difference = before[tap] - after[tap];
        halfway += middle[tap] * sum;
        evens += even[tap] * sum;
        odds += odd[tap] * difference;
    }
    return greater(magnitude(halfway), magnitude(evens) + magnitude(odds));
}

/* For sixteen samples from `at` on: of each, and of what lies between it and the next, at four times the rate and through a filter that falls slowly
 * towards half the rate, as most meters do. Reads from at[1 - GENTLE_REACH] to at[15 + GENTLE_REACH]. */
INLINE lanes gentle_peaks(const float *at) {
    lanes before[GENTLE_REACH], after[GENTLE_REACH];
#pragma clang loop unroll(full)
    for (int tap = 0; tap < GENTLE_REACH; tap++) {
        before[tap] = load(at - tap);
        after[tap] = load(at + 1 + tap);
    }
    return greater(magnitude(before[0]), peaks_between(before, after, GENTLE_REACH, GENTLE_MIDDLE, GENTLE_EVEN, GENTLE_ODD));
}

/* What lies in the middle between each of sixteen samples and the next, through a filter that keeps nearly everything. Reads from
 * at[1 - HALFWAY_REACH] to at[15 + HALFWAY_REACH]. */
INLINE lanes halfway(const float *at) {
    lanes found = all(0.0f);
#pragma clang loop unroll(full)
    for (int tap = HALFWAY_REACH - 1; tap >= 0; tap--)
        found += HALFWAY_MIDDLE[tap] * (load(at - tap) + load(at + 1 + tap));
    return found;
}

/* As gentle_peaks, but at eight times the rate: `middle` holds what is halfway. Reads from three before to three after. */
INLINE lanes steep_peaks(const float *at, const float *middle) {
    lanes points[14]; /* from three before to after the sample that follows, sample and middle in turn */
#pragma clang loop unroll(full)
    for (int place = 0; place < 7; place++) {
        points[2 * place] = load(at + place - 3);
        points[2 * place + 1] = load(middle + place - 3);
    }
    lanes found = magnitude(points[7]);
#pragma clang loop unroll(full)
    for (int side = 0; side < 2; side++) {
        lanes before[QUARTERS_REACH], after[QUARTERS_REACH];
        for (int tap = 0; tap < QUARTERS_REACH; tap++) {
            before[tap] = points[6 + side - tap];
            after[tap] = points[7 + side + tap];
        }
        found = greater(found, peaks_between(before, after, QUARTERS_REACH, QUARTERS_MIDDLE, QUARTERS_EVEN, QUARTERS_ODD));
    }
    return found;
}
