/* The equaliser: state-variable filters by the trapezoidal rule, in float32 (the direct form would lose 60 dB at 40 Hz). */
#include "lanes.h"
#include "numbers.h"

struct band {
    lanes a1, a2, a3;             /* the filter */
    lanes input, band_pass, low_pass; /* how much of each is heard */
    lanes s1, s2;
};

struct eq {
    struct band bands[BANDS];
    int32_t used; /* bands that any lane uses, rounded up to two */
};

static void eq_set(struct eq *eq, int lane, const float *numbers) {
    for (int each = 0; each < BANDS; each++, numbers += BAND_NUMBERS) {
        struct band *band = &eq->bands[each];
        band->a1[lane] = numbers[0];
        band->a2[lane] = numbers[1];
        band->a3[lane] = numbers[2];
        band->input[lane] = numbers[3];
        band->band_pass[lane] = numbers[4];
        band->low_pass[lane] = numbers[5];
        if (numbers[0] == 0.0f)
            band->s1[lane] = band->s2[lane] = 0.0f;
    }
    eq->used = 0;
    for (int each = 0; each < BANDS; each++)
        if (greatest_lane(eq->bands[each].a1) > 0.0f)
            eq->used = (each | 1) + 1;
}

INLINE lanes filtered(const struct band *band, lanes *s1, lanes *s2, lanes x) {
    lanes v3 = x - *s2;
    lanes v1 = band->a1 * *s1 + band->a2 * v3;
    lanes v2 = *s2 + (band->a2 * *s1 + band->a3 * v3);
    *s1 = (v1 + v1) - *s1;
    *s2 = (v2 + v2) - *s2;
    return band->input * x + (band->band_pass * v1 + band->low_pass * v2);
}

/* Two bands in one pass: the second works on a frame while the first is at the next. */
static void eq_run(struct eq *eq, lanes *x) {
    for (int each = 0; each < eq->used; each += 2) {
        struct band first = eq->bands[each], second = eq->bands[each + 1];
        for (int frame = 0; frame < QUANTUM; frame++)
            x[frame] = filtered(&second, &second.s1, &second.s2, filtered(&first, &first.s1, &first.s2, x[frame]));
        eq->bands[each].s1 = settled(first.s1);
        eq->bands[each].s2 = settled(first.s2);
        eq->bands[each + 1].s1 = settled(second.s1);
        eq->bands[each + 1].s2 = settled(second.s2);
    }
}
