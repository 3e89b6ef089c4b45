/* The limiter: looks ahead over the true peak of both channels, as a gentle and as a steep filter would make it: a converter may have either. Per step of four frames: how much must go, held until it has passed, released
 * exponentially, smoothed by a parabola over the time that it looks ahead. So the gain never rises above what a peak allows. */
#include "numbers.h"
#include "truepeak.h"

enum {
    MOST_AHEAD = 144, /* steps: 1.5 ms at 384 kHz */
    REACH_AHEAD = HALFWAY_REACH + STEP, /* samples that the detector needs beyond the one it judges */
    LATE = MOST_AHEAD * STEP + 2 * REACH_AHEAD,
    BEFORE = 2 * STEP, /* middles kept of the quantum before */
};

struct limiter {
    float sound[2][LATE + QUANTUM];          /* left and right; the newest quantum last */
    float middles[2][BEFORE + QUANTUM];      /* between the samples; late by HALFWAY_REACH */
    float needed[MOST_AHEAD + 2 + STEPS];    /* reduction that each step asks for, the newest last */
    float reduction[MOST_AHEAD - 1 + STEPS]; /* held and released */
    float window[MOST_AHEAD];
    float ceiling, release, last, gain;
    int32_t ahead;
};

/* Sum 1, greatest in the middle. */
static void limiter_window(struct limiter *limiter) {
    int ahead = limiter->ahead;
    float sum = 0.0f;
    for (int step = 0; step < ahead; step++)
        sum += limiter->window[step] = (float)((step + 1) * (ahead - step));
    for (int step = 0; step < ahead; step++)
        limiter->window[step] /= sum;
}

static void limiter_set(struct limiter *limiter, const float *numbers) {
    int ahead = (int)numbers[2];
    if (ahead != limiter->ahead) {
        *limiter = (struct limiter){.gain = 1.0f, .ahead = ahead < MOST_AHEAD ? ahead : MOST_AHEAD};
        limiter_window(limiter);
    }
    limiter->ceiling = numbers[0];
    limiter->release = numbers[1];
}

/* Frames between what comes in and what goes out; 0: there is no limiter. */
static int limiter_latency(const struct limiter *limiter) { return limiter->ahead ? limiter->ahead * STEP + REACH_AHEAD : 0; }

/* The true peaks of one side, late by REACH_AHEAD. */
static void detect(const float *sound, float *middles, float *peaks) {
    __builtin_memcpy(middles, middles + QUANTUM, BEFORE * sizeof(float));
    for (int frame = 0; frame < QUANTUM; frame += LANES)
        store(middles + BEFORE + frame, halfway(sound + LATE - HALFWAY_REACH + frame));
    for (int frame = 0; frame < QUANTUM; frame += LANES) {
        const float *at = sound + LATE - REACH_AHEAD + frame;
        store(peaks + frame, greater(gentle_peaks(at), steep_peaks(at, middles + BEFORE - STEP + frame)));
    }
}

/* The reduction that the newest sixteen steps ask for: 0 below the ceiling. */
static lanes asked(struct limiter *limiter) {
    float peaks[2][QUANTUM];
    for (int side = 0; side < 2; side++)
        detect(limiter->sound[side], limiter->middles[side], peaks[side]);
    lanes peak;
    for (int step = 0; step < STEPS; step++) {
        float most = limiter->ceiling;
        for (int side = 0; side < 2; side++)
            for (int frame = step * STEP; frame < (step + 1) * STEP; frame++)
                most = peaks[side][frame] > most ? peaks[side][frame] : most;
        peak[step] = most;
    }
    return 1.0f - limiter->ceiling / peak;
}

/* The gain at the end of each of sixteen steps. */
static lanes gains(struct limiter *limiter) {
    int ahead = limiter->ahead, kept = ahead + 1;
    float *needed = limiter->needed, *reduction = limiter->reduction;
    store(needed + kept, asked(limiter));
    lanes held = load(needed);
    for (int step = 1; step <= kept; step++)
        held = greater(held, load(needed + step));
    for (int step = 0; step < STEPS; step++) {
        float released = limiter->last - limiter->last * limiter->release;
        limiter->last = held[step] > released ? held[step] : settled_one(released);
        reduction[ahead - 1 + step] = limiter->last;
    }
    lanes smooth = all(0.0f);
    for (int step = 0; step < ahead; step++)
        smooth += limiter->window[step] * load(reduction + step);
    __builtin_memmove(needed, needed + STEPS, kept * sizeof(float));
    __builtin_memmove(reduction, reduction + STEPS, (ahead - 1) * sizeof(float));
    return 1.0f - smooth;
}

static void limiter_run(struct limiter *limiter, lanes *x) {
    if (!limiter->ahead)
        return;
    int latency = limiter_latency(limiter);
    for (int side = 0; side < 2; side++) {
        float *sound = limiter->sound[side];
        __builtin_memmove(sound + LATE - latency - REACH_AHEAD, sound + LATE - latency - REACH_AHEAD + QUANTUM, (latency + REACH_AHEAD) * sizeof(float));
        for (int frame = 0; frame < QUANTUM; frame++)
            sound[LATE + frame] = x[frame][side];
    }
    lanes gain = gains(limiter);
    for (int step = 0; step < STEPS; step++) {
        float rise = (gain[step] - limiter->gain) * (1.0f / STEP);
        for (int frame = 0; frame < STEP; frame++)
            for (int side = 0; side < 2; side++)
                x[step * STEP + frame][side] =
                    limiter->sound[side][LATE - latency + step * STEP + frame] * (limiter->gain + rise * (float)(frame + 1));
        limiter->gain = gain[step];
    }
}
