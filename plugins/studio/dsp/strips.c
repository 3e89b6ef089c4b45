/* Eight stereo strips side by side: offset, equaliser, compressor, matrix. A strip has two lanes, left and right. */
#include "dynamics.c"
#include "eq.c"
#include "mixbus.c"

enum { STRIPS = LANES / 2 };

struct strips {
    lanes x[QUANTUM];
    struct eq eq;
    struct dynamics dynamics;
    struct matrix matrix;
    lanes offset; /* taken off what comes in */
    int32_t channels[STRIPS];
    int32_t shifted; /* whether any lane has one */
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
        strips->offset[lane + side] = numbers[AT_OFFSET + side];
        eq_set(&strips->eq, lane + side, numbers + AT_BANDS);
        dynamics_set(&strips->dynamics, lane + side, numbers + AT_COMPRESSOR);
    }
    strips->shifted = greatest_lane(magnitude(strips->offset)) > 0.0f;
    matrix_set(&strips->matrix, lane, numbers + AT_MATRIX);
    if (fresh)
        matrix_arrive(&strips->matrix);
}

/* Where the stereo frames of a strip lie: as they came, or spread into `room` if it is mono. */
INLINE const float *stereo(const float *from, int channels, int frames, float *room) {
    static const float silence[2 * QUANTUM];
    if (!from)
        return silence;
    if (channels == 2)
        return from;
    for (int frame = 0; frame < frames; frame++)
        room[2 * frame] = room[2 * frame + 1] = from[frame];
    return room;
}

/* Frames of all strips from `start` on into their lanes, as many as there is room for; gives how many. */
static int strips_take(struct strips *strips, const float *const *from, int start, int frames) {
    float rooms[STRIPS][2 * QUANTUM];
    const float *sides[STRIPS];
    int room = QUANTUM - strips->fill, count = frames < room ? frames : room, frame = 0;
    for (int strip = 0; strip < STRIPS; strip++) {
        int channels = strips->channels[strip];
        sides[strip] = stereo(from[strip] ? from[strip] + (size_t)start * channels : NULL, channels, count, rooms[strip]);
    }
    lanes *to = strips->x + strips->fill;
    for (; frame + STRIPS <= count; frame += STRIPS) {
        eight rows[STRIPS];
        for (int strip = 0; strip < STRIPS; strip++)
            rows[strip] = *(const unaligned_eight *)(sides[strip] + 2 * frame);
        transpose(rows);
        for (int row = 0; row < STRIPS; row++)
            to[frame + row] = cleaned((lanes)rows[row]);
    }
    for (; frame < count; frame++) {
        lanes x;
        for (int lane = 0; lane < LANES; lane++)
            x[lane] = sides[lane / 2][2 * frame + lane % 2];
        to[frame] = cleaned(x);
    }
    strips->fill += count;
    return count;
}

/* The next quantum, if it is whole: gives whether it was. */
static int strips_run(struct strips *strips) {
    if (strips->fill < QUANTUM)
        return 0;
    strips->fill = 0;
    if (strips->shifted)
        for (int frame = 0; frame < QUANTUM; frame++)
            strips->x[frame] -= strips->offset;
    eq_run(&strips->eq, strips->x);
    dynamics_run(&strips->dynamics, strips->x);
    matrix_run(&strips->matrix, strips->x);
    return 1;
}

/* `from` points to the interleaved frames of each strip, or to NULL for silence. Gives the frames of the stereo bus that are ready. */
static int32_t strips_push(struct strips *strips, const float *const *from, int32_t start, int32_t frames, pair *bus) {
    int32_t ready = 0;
    for (int32_t taken = 0; taken < frames;) {
        taken += strips_take(strips, from, start + taken, frames - taken);
        if (!strips_run(strips))
            break;
        for (int frame = 0; frame < QUANTUM; frame++)
            bus[ready + frame] = summed(settled(strips->x[frame]));
        ready += QUANTUM;
    }
    return ready;
}

/* Some groups of eight strips, one after another, each into its own part of `parts`, which are `apart` frames apart. */
EXPORT int32_t groups_push(struct strips *const *groups, int32_t count, const float *const *from, int32_t start, int32_t frames, pair *parts,
                           int32_t apart) {
    PIN_ROUNDING;
    int32_t ready = 0;
    for (int32_t group = 0; group < count; group++)
        ready = strips_push(groups[group], from + (size_t)group * STRIPS, start, frames, parts + (size_t)group * apart);
    return ready;
}

/* Partial buses one after another, in their order, to float32 stereo frames. */
EXPORT void bus_sum(const pair *parts, int32_t count, int32_t apart, int32_t frames, float *to) {
    PIN_ROUNDING;
    for (int32_t frame = 0; frame < frames; frame++) {
        pair sum = parts[frame];
        for (int32_t part = 1; part < count; part++)
            sum += parts[(size_t)part * apart + frame];
        to[2 * frame] = settled_one((float)sum.x);
        to[2 * frame + 1] = settled_one((float)sum.y);
    }
}
