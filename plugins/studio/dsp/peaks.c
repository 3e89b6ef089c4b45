/* The waveform as it is drawn: least and greatest of every 256 samples of each channel, as int16. */
#include "lanes.h"

enum { BIN = 256, PEAK_CHANNELS = 8 };

struct peaks {
    /* Sample i of a bin's interleaved samples is in lane i % 16 of slot i / 16 % channels: each lane belongs to one channel. */
    lanes least[PEAK_CHANNELS], greatest[PEAK_CHANNELS];
    int32_t channels, fill; /* samples of the bin, over all channels */
};

EXPORT size_t peaks_bytes(void) { return sizeof(struct peaks); }

static void bin_begins(struct peaks *peaks) {
    for (int slot = 0; slot < PEAK_CHANNELS; slot++) {
        peaks->least[slot] = all(LIMIT);
        peaks->greatest[slot] = all(-LIMIT);
    }
    peaks->fill = 0;
}

EXPORT void peaks_open(struct peaks *peaks, int32_t channels) {
    *peaks = (struct peaks){.channels = channels};
    bin_begins(peaks);
}

static int16_t at_least(float x) {
    float scaled = x * 32767.0f;
    if (!(scaled > -32767.0f))
        return -32767;
    if (!(scaled < 32767.0f))
        return 32767;
    int16_t nearest = (int16_t)scaled;
    return (float)nearest > scaled ? nearest - 1 : nearest;
}

static int16_t at_most(float x) { return -at_least(-x); }

/* Least and greatest of each channel; a bin never shows less than there is. */
static void bin_over(const struct peaks *peaks, int16_t *bin) {
    for (int channel = 0; channel < peaks->channels; channel++) {
        float least = LIMIT, greatest = -LIMIT;
        for (int sample = channel; sample < peaks->channels * LANES; sample += peaks->channels) {
            float low = peaks->least[sample / LANES][sample % LANES], high = peaks->greatest[sample / LANES][sample % LANES];
            least = low < least ? low : least;
            greatest = high > greatest ? high : greatest;
        }
        bin[2 * channel] = at_least(least);
        bin[2 * channel + 1] = at_most(greatest);
    }
}

static void whole_bin(struct peaks *peaks, const float *from) {
    for (int slot = 0; slot < peaks->channels; slot++) {
        lanes least = all(LIMIT), greatest = all(-LIMIT);
        for (int row = 0; row < BIN / LANES; row++) {
            lanes x = cleaned(load(from + (row * peaks->channels + slot) * LANES));
            least = lesser(least, x);
            greatest = greater(greatest, x);
        }
        peaks->least[slot] = least;
        peaks->greatest[slot] = greatest;
    }
    peaks->fill = BIN * peaks->channels;
}

static void one_sample(struct peaks *peaks, float x) {
    int slot = peaks->fill / LANES % peaks->channels, lane = peaks->fill % LANES;
    x = cleaned_one(x);
    if (x < peaks->least[slot][lane])
        peaks->least[slot][lane] = x;
    if (x > peaks->greatest[slot][lane])
        peaks->greatest[slot][lane] = x;
    peaks->fill++;
}

/* Interleaved frames; gives the bins that are full: for each channel least and greatest. */
EXPORT int32_t peaks_push(struct peaks *peaks, const float *from, int32_t frames, int16_t *bins) {
    PIN_ROUNDING;
    int32_t size = BIN * peaks->channels, count = 0;
    for (const float *end = from + (size_t)frames * peaks->channels; from < end;) {
        if (peaks->fill == 0 && end - from >= size) {
            whole_bin(peaks, from);
            from += size;
        } else {
            one_sample(peaks, *from++);
        }
        if (peaks->fill == size) {
            bin_over(peaks, bins + (size_t)count++ * peaks->channels * 2);
            bin_begins(peaks);
        }
    }
    return count;
}

/* The bin that is not full; gives 0 if nothing is left over. */
EXPORT int32_t peaks_rest(const struct peaks *peaks, int16_t *bin) {
    PIN_ROUNDING;
    if (peaks->fill == 0)
        return 0;
    bin_over(peaks, bin);
    return 1;
}
