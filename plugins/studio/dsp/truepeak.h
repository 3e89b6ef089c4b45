/* The peak between the samples: the greatest of the signal at TRUE_PEAK_PHASES times the rate (ITU-R BS.1770-5, Annex 2), by the table of design.py. */
#pragma once

#include "lanes.h"
#include "tables.h"

enum {
    REACH = TRUE_PEAK_TAPS / 2, /* samples on either side */
    HISTORY = TRUE_PEAK_TAPS,
};

_Static_assert(REACH % STEP == 0 && HISTORY <= QUANTUM, "the limiter's steps and the meter's history");

/* For sixteen samples from `at` on: of each and of what lies between it and the next. Reads from at[1 - REACH] to at[15 + REACH].
 *
 * A phase and its mirror image use the same sums and differences of samples: with their even part E and odd part O they are E + O and E - O, so
 * the greater of the two is |E| + |O|. */
INLINE lanes true_peaks(const float *at) {
    lanes even[TRUE_PEAK_MIRRORED], odd[TRUE_PEAK_MIRRORED], middle = all(0.0f);
    for (int phase = 0; phase < TRUE_PEAK_MIRRORED; phase++)
        even[phase] = odd[phase] = all(0.0f);
#pragma clang loop unroll(full)
    for (int tap = 0; tap < REACH; tap++) {
        lanes before = load(at + tap - REACH + 1), after = load(at + REACH - tap);
        lanes sum = before + after, difference = before - after;
        middle += TRUE_PEAK_MIDDLE[tap] * sum;
        for (int phase = 0; phase < TRUE_PEAK_MIRRORED; phase++) {
            even[phase] += TRUE_PEAK_EVEN[phase][tap] * sum;
            odd[phase] += TRUE_PEAK_ODD[phase][tap] * difference;
        }
    }
    lanes found = greater(magnitude(load(at)), magnitude(middle));
    for (int phase = 0; phase < TRUE_PEAK_MIRRORED; phase++)
        found = greater(found, magnitude(even[phase]) + magnitude(odd[phase]));
    return found;
}
