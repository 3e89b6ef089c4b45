/* The numbers that a chain or a strip comes as: kernel/numbers.py writes them, in this order. */
#pragma once

enum {
    LAYOUT = 2,
    BANDS = 8,
    BAND_NUMBERS = 6,
    AT_BANDS = 1,
    AT_COMPRESSOR = AT_BANDS + BANDS * BAND_NUMBERS,
    AT_MATRIX = AT_COMPRESSOR + 7,
    AT_LIMITER = AT_MATRIX + 4,
    AT_OFFSET = AT_LIMITER + 3,
    NUMBERS = AT_OFFSET + 2,
};
