/* The compressor: peak level in the log domain, soft knee, smooth attack and release (Giannoulis, Massberg and Reiss, "Digital Dynamic Range
 * Compressor Design", JAES 60, 2012), one gain every four frames with a ramp between, linked over left and right. */
#include "kmath.h"
#include "numbers.h"

struct dynamics {
    lanes knee_from, knee, per_knee, slope; /* log2 of level to log2 of gain */
    lanes attack, release;                  /* share of the way per step */
    lanes makeup;
    lanes reduction; /* log2, at most 0 */
    lanes gain;      /* at the end of the last step */
    int32_t used;
};

static void dynamics_open(struct dynamics *dynamics) {
    dynamics->makeup = dynamics->gain = all(1.0f);
    dynamics->reduction = all(0.0f);
}

static void dynamics_set(struct dynamics *dynamics, int lane, const float *numbers) {
    dynamics->knee_from[lane] = numbers[0];
    dynamics->knee[lane] = numbers[1];
    dynamics->per_knee[lane] = numbers[2];
    dynamics->slope[lane] = numbers[3];
    dynamics->attack[lane] = numbers[4];
    dynamics->release[lane] = numbers[5];
    dynamics->makeup[lane] = numbers[6];
    if (numbers[5] == 0.0f)
        dynamics->reduction[lane] = 0.0f;
    dynamics->used = greatest_lane(dynamics->release) > 0.0f;
}

/* What the gain should become, log2, for each step. */
INLINE lanes wanted(const struct dynamics *dynamics, const lanes *x) {
    lanes level = greater(greater(magnitude(x[0]), magnitude(x[1])), greater(magnitude(x[2]), magnitude(x[3])));
    level = greater(greater(level, swapped(level)), all(TINY));
    lanes over = greater(log2_lanes(level) - dynamics->knee_from, all(0.0f));
    lanes inside = lesser(over, dynamics->knee);
    return dynamics->slope * (inside * inside * dynamics->per_knee + (over - inside));
}

static void dynamics_run(struct dynamics *dynamics, lanes *x) {
    if (!dynamics->used)
        return;
    lanes gains[STEPS];
    for (int step = 0; step < STEPS; step++)
        gains[step] = wanted(dynamics, x + step * STEP);
    lanes reduction = dynamics->reduction;
    for (int step = 0; step < STEPS; step++) {
        lanes way = gains[step] - reduction;
        reduction += select(way < 0.0f, dynamics->attack, dynamics->release) * way;
        gains[step] = reduction;
    }
    dynamics->reduction = settled(reduction);
    for (int step = 0; step < STEPS; step++)
        gains[step] = exp2_lanes(gains[step]) * dynamics->makeup;
    lanes from = dynamics->gain;
    for (int step = 0; step < STEPS; step++) {
        lanes rise = (gains[step] - from) * (1.0f / STEP);
        for (int frame = 0; frame < STEP; frame++)
            x[step * STEP + frame] *= from + rise * (float)(frame + 1);
        from = gains[step];
    }
    dynamics->gain = from;
}
