/* The meter: power of every 20 ms of each channel after K-weighting (ITU-R BS.1770-5, Annex 1), sample peak and true peak (Annex 2). */
#include "truepeak.h"

enum { METER_CHANNELS = 8, HOPS_PER_S = 50, SECTIONS = 2, REACH = GENTLE_REACH, HISTORY = 2 * REACH };

struct section {
    double b0, c1, c2, a1, a2; /* c1 = b1 - a1 b0, c2 = b2 - a2 b0: one product and one sum from state to state */
};

struct meter {
    int32_t rate, channels, fill;
    int64_t hop, hop_begins, hop_ends, heard; /* frames */
    struct section sections[SECTIONS];
    pair states[METER_CHANNELS / 2][SECTIONS][2];
    pair power[METER_CHANNELS / 2];
    float rows[METER_CHANNELS][HISTORY + QUANTUM + HISTORY]; /* the newest quantum in the middle */
    float recent[METER_CHANNELS];                            /* the sample peak of the quantum before */
    float sample_peak[METER_CHANNELS], true_peak[METER_CHANNELS];
};

EXPORT size_t meter_bytes(void) { return sizeof(struct meter); }

/* `weighting`: two sections, each b0, b1, b2, a1, a2. */
EXPORT void meter_open(struct meter *meter, int32_t rate, int32_t channels, const double *weighting) {
    *meter = (struct meter){.rate = rate, .channels = channels, .hop_ends = rate / HOPS_PER_S};
    for (int each = 0; each < SECTIONS; each++, weighting += 5) {
        double b0 = weighting[0], a1 = weighting[3], a2 = weighting[4];
        meter->sections[each] = (struct section){b0, weighting[1] - a1 * b0, weighting[2] - a2 * b0, a1, a2};
    }
}

INLINE pair weighted(const struct section *section, pair *states, pair x) {
    pair y = section->b0 * x + states[0];
    pair next = (section->c1 * x + states[1]) - section->a1 * states[0];
    states[1] = section->c2 * x - section->a2 * states[0];
    states[0] = next;
    return y;
}

/* The power of `frames` more of two channels. */
static void hear_pair(struct meter *meter, int each, int from, int frames) {
    const float *left = meter->rows[2 * each] + HISTORY + from;
    const float *right = meter->rows[2 * each + 1] + HISTORY + from;
    struct section shelf = meter->sections[0], cut = meter->sections[1];
    pair shelf_states[2] = {meter->states[each][0][0], meter->states[each][0][1]};
    pair cut_states[2] = {meter->states[each][1][0], meter->states[each][1][1]};
    pair power = meter->power[each];
    for (int frame = 0; frame < frames; frame++) {
        pair x = {left[frame], right[frame]};
        pair y = weighted(&cut, cut_states, weighted(&shelf, shelf_states, x));
        power += y * y;
    }
    meter->power[each] = power;
    for (int state = 0; state < 2; state++) {
        meter->states[each][0][state] = shelf_states[state];
        meter->states[each][1][state] = cut_states[state];
    }
}

/* The hop is over: its mean power per channel, and a new one begins. In silence the filters come to rest before they reach denormals. */
static void hop_over(struct meter *meter, double *hop) {
    double frames = (double)(meter->hop_ends - meter->hop_begins);
    for (int channel = 0; channel < meter->channels; channel++)
        hop[channel] = meter->power[channel / 2][channel % 2] / frames;
    for (int each = 0; each < METER_CHANNELS / 2; each++) {
        meter->power[each] = (pair)0.0;
        for (int state = 0; state < SECTIONS * 2; state++) {
            pair *resting = &meter->states[each][state / 2][state % 2];
            for (int side = 0; side < 2; side++)
                if (__builtin_fabs((*resting)[side]) < 1e-30)
                    (*resting)[side] = 0.0;
        }
    }
    meter->hop++;
    meter->hop_begins = meter->hop_ends;
    meter->hop_ends = (meter->hop + 1) * meter->rate / HOPS_PER_S;
}

/* Where the greatest sum that the filter can make of these samples is no new peak, it need not be computed. */
static void row_over(struct meter *meter, int channel) {
    float *row = meter->rows[channel];
    lanes peak = all(0.0f);
    for (int frame = 0; frame < QUANTUM; frame += LANES)
        peak = greater(peak, magnitude(load(row + HISTORY + frame)));
    float newest = greatest_lane(peak), around = larger(newest, meter->recent[channel]);
    meter->sample_peak[channel] = larger(meter->sample_peak[channel], newest);
    if (around * GENTLE_MOST > meter->true_peak[channel]) {
        for (int frame = 0; frame < QUANTUM; frame += LANES)
            peak = greater(peak, gentle_peaks(row + HISTORY - REACH + frame));
        meter->true_peak[channel] = larger(meter->true_peak[channel], greatest_lane(peak));
    }
    meter->recent[channel] = newest;
    __builtin_memcpy(row, row + QUANTUM, HISTORY * sizeof(float));
}

static void take(struct meter *meter, const float *from, int frames) {
    int channels = meter->channels;
    for (int channel = 0; channel < channels; channel++) {
        float *row = meter->rows[channel] + HISTORY + meter->fill;
        for (int frame = 0; frame < frames; frame++)
            row[frame] = cleaned_one(from[frame * channels + channel]);
    }
}

/* Interleaved frames. Fills `hops` with the power of each channel, hop after hop; gives their count. */
EXPORT int32_t meter_push(struct meter *meter, const float *from, int32_t frames, double *hops) {
    PIN_ROUNDING;
    int32_t count = 0;
    while (frames > 0) {
        int room = QUANTUM - meter->fill, taken = frames < room ? frames : room;
        int64_t until = meter->hop_ends - meter->heard;
        taken = taken < until ? taken : (int)until;
        take(meter, from, taken);
        for (int each = 0; 2 * each < meter->channels; each++)
            hear_pair(meter, each, meter->fill, taken);
        meter->fill += taken;
        meter->heard += taken;
        from += (size_t)taken * meter->channels;
        frames -= taken;
        if (meter->heard == meter->hop_ends)
            hop_over(meter, hops + (size_t)count++ * meter->channels);
        if (meter->fill == QUANTUM) {
            for (int channel = 0; channel < meter->channels; channel++)
                row_over(meter, channel);
            meter->fill = 0;
        }
    }
    return count;
}

/* Sample peak of every channel, then true peak of every channel, as if silence followed. */
EXPORT void meter_peaks(const struct meter *meter, float *peaks) {
    PIN_ROUNDING;
    for (int channel = 0; channel < meter->channels; channel++) {
        float row[HISTORY + QUANTUM + HISTORY] = {0};
        __builtin_memcpy(row, meter->rows[channel], (HISTORY + meter->fill) * sizeof(float));
        lanes sample = all(0.0f), true_peak = all(0.0f);
        for (int frame = 0; frame < QUANTUM; frame += LANES)
            sample = greater(sample, magnitude(load(row + HISTORY + frame)));
        for (int frame = 0; frame < QUANTUM + REACH; frame += LANES)
            true_peak = greater(true_peak, gentle_peaks(row + HISTORY - REACH + frame));
        peaks[channel] = larger(meter->sample_peak[channel], greatest_lane(sample));
        peaks[meter->channels + channel] = larger(meter->true_peak[channel], greatest_lane(greater(true_peak, sample)));
    }
}
