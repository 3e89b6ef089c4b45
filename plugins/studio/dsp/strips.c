/* Eight stereo strips side by side: equaliser, compressor, matrix. A strip has two lanes, left and right. */
#include "dynamics.c"
#include "eq.c"
#include "mixbus.c"

enum { STRIPS = LANES / 2 };

struct strips {
    lanes x[QUANTUM];
    struct eq eq;
    struct dynamics dynamics;
    struct matrix matrix;
    int32_t channels[STRIPS];
    int32_t fill; /* frames in x */
};

EXPORT size_t strips_bytes(void) { return sizeof(struct strips); }

EXPORT void strips_open(struct strips *strips) {
    *strips = (struct strips){0};
    dynamics_open(&strips->dynamics);
    for (int band = 0; band < BANDS; band++)
        strips->eq.bands[band].input = all(1.0f);
}

/* From the next quantum on; at once, if nothing has sounded yet. */
EXPORT void strips_set(struct strips *strips, int32_t strip, int32_t channels, const float *numbers) {
    int lane = 2 * strip;
    int fresh = strips->channels[strip] == 0;
    strips->channels[strip] = channels;
    for (int side = 0; side < 2; side++) {
        eq_set(&strips->eq, lane + side, numbers + AT_BANDS);
        dynamics_set(&strips->dynamics, lane + side, numbers + AT_COMPRESSOR);
    }
    matrix_set(&strips->matrix, lane, numbers + AT_MATRIX);
    if (fresh)
        matrix_arrive(&strips->matrix);
}

/* Frames of one strip into its lanes; mono fills both. */
INLINE void strip_take(struct strips *strips, int strip, const float *from, int frames) {
    float *to = (float *)(strips->x + strips->fill) + 2 * strip;
    int channels = strips->channels[strip];
    for (int frame = 0; frame < frames; frame++, to += LANES) {
        to[0] = from ? from[frame * channels] : 0.0f;
        to[1] = from ? from[frame * channels + channels - 1] : 0.0f;
    }
}

static void strips_run(struct strips *strips) {
    for (int frame = 0; frame < QUANTUM; frame++)
        strips->x[frame] = cleaned(strips->x[frame]);
    eq_run(&strips->eq, strips->x);
    dynamics_run(&strips->dynamics, strips->x);
    matrix_run(&strips->matrix, strips->x);
}

/* `from` points to the interleaved frames of each strip, or to NULL for silence. Gives the frames of the stereo bus that are ready. */
EXPORT int32_t strips_push(struct strips *strips, const float *const *from, int32_t frames, pair *bus) {
    PIN_ROUNDING;
    int32_t ready = 0;
    for (int32_t taken = 0; taken < frames;) {
        int room = QUANTUM - strips->fill, count = frames - taken < room ? frames - taken : room;
        for (int strip = 0; strip < STRIPS; strip++)
            strip_take(strips, strip, from[strip] ? from[strip] + (size_t)taken * strips->channels[strip] : NULL, count);
        taken += count;
        strips->fill += count;
        if (strips->fill < QUANTUM)
            break;
        strips_run(strips);
        for (int frame = 0; frame < QUANTUM; frame++)
            bus[ready + frame] = summed(settled(strips->x[frame]));
        ready += QUANTUM;
        strips->fill = 0;
    }
    return ready;
}

/* Partial buses one after another, in their order, to float32 stereo frames. */
EXPORT void bus_sum(const pair *parts, int32_t count, int32_t frames, float *to) {
    PIN_ROUNDING;
    for (int32_t frame = 0; frame < frames; frame++) {
        pair sum = parts[frame];
        for (int32_t part = 1; part < count; part++)
            sum += parts[(size_t)part * frames + frame];
        to[2 * frame] = settled_one((float)sum.x);
        to[2 * frame + 1] = settled_one((float)sum.y);
    }
}
