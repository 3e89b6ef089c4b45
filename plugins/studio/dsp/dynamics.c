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

/* The greatest of a step, of left and right. */
INLINE lanes step_level(const lanes *x) {
    lanes level = greater(greater(magnitude(x[0]), magnitude(x[1])), greater(magnitude(x[2]), magnitude(x[3])));
    return greater(level, swapped(level));
}

/* What the gain should become at a level; log2. */
INLINE lanes wanted(const struct dynamics *dynamics, lanes level) {
    lanes over = greater(log2_lanes(greater(level, all(TINY))) - dynamics->knee_from, all(0.0f));
    lanes inside = lesser(over, dynamics->knee);
    return dynamics->slope * (inside * inside * dynamics->per_knee + (over - inside));
}

INLINE lanes nearer(const struct dynamics *dynamics, lanes reduction, lanes target) {
    lanes way = target - reduction;
    return reduction + select(way < 0.0f, dynamics->attack, dynamics->release) * way;
}

/* Left and right have one gain, so two steps fit side by side. */
static void dynamics_run(struct dynamics *dynamics, lanes *x) {
    if (!dynamics->used)
        return;
    lanes gains[STEPS / 2];
    for (int two = 0; two < STEPS / 2; two++) {
        const lanes *at = x + two * 2 * STEP;
        gains[two] = wanted(dynamics, paired(step_level(at), step_level(at + STEP)));
    }
    lanes reduction = dynamics->reduction;
    for (int two = 0; two < STEPS / 2; two++) {
        lanes first = nearer(dynamics, reduction, lefts(gains[two]));
        reduction = nearer(dynamics, first, rights(gains[two]));
        gains[two] = paired(first, reduction);
    }
    dynamics->reduction = settled(reduction);
    for (int two = 0; two < STEPS / 2; two++)
        gains[two] = exp2_lanes(gains[two]) * dynamics->makeup;
    lanes from = dynamics->gain;
    for (int step = 0; step < STEPS; step++) {
        lanes to = step % 2 ? rights(gains[step / 2]) : lefts(gains[step / 2]);
        lanes rise = (to - from) * (1.0f / STEP);
        for (int frame = 0; frame < STEP; frame++)
            x[step * STEP + frame] *= from + rise * (float)(frame + 1);
        from = to;
    }
    dynamics->gain = from;
}
