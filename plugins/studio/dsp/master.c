/* One mono or stereo stream through a chain: a strip's stages in the first two lanes, then the limiter. */
#include "limiter.c"
#include "strips.c"

struct master {
    struct strips strips;
    struct limiter limiter;
    int32_t channels;
};

EXPORT size_t master_bytes(void) { return sizeof(struct master); }

EXPORT int32_t master_latency(const struct master *master) { return limiter_latency(&master->limiter); }

/* From the next quantum on. A limiter that comes or goes changes the latency and begins with silence. */
EXPORT void master_set(struct master *master, const float *numbers) {
    PIN_ROUNDING;
    strips_set(&master->strips, 0, master->channels, numbers);
    limiter_set(&master->limiter, numbers + AT_LIMITER);
}

EXPORT void master_open(struct master *master, int32_t channels, const float *numbers) {
    *master = (struct master){.channels = channels};
    strips_open(&master->strips);
    master_set(master, numbers);
}

/* Interleaved frames in and out. Gives how many are ready: whole quanta. */
EXPORT int32_t master_push(struct master *master, const float *from, int32_t frames, float *to) {
    PIN_ROUNDING;
    const float *strips[STRIPS] = {from};
    int32_t channels = master->channels, ready = 0;
    for (int32_t taken = 0; taken < frames;) {
        taken += strips_take(&master->strips, strips, taken, frames - taken);
        if (!strips_run(&master->strips))
            break;
        lanes *x = master->strips.x;
        limiter_run(&master->limiter, x);
        for (int frame = 0; frame < QUANTUM; frame++)
            for (int channel = 0; channel < channels; channel++)
                *to++ = settled_one(x[frame][channel]);
        ready += QUANTUM;
    }
    return ready;
}
