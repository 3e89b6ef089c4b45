/* Reads a chain's numbers and stereo frames from a file, renders them, writes the frames: for machines that are only emulated here. */
#include <stdio.h>
#include <stdlib.h>

#include "kernel.c"

int main(int count, char **names) {
    static float numbers[NUMBERS], block[2 * QUANTUM];
    struct master *master = aligned_alloc(64, (master_bytes() + 63) / 64 * 64);
    FILE *from = fopen(names[1], "rb"), *to = fopen(names[count - 1], "wb");
    if (fread(numbers, sizeof(float), NUMBERS, from) != NUMBERS)
        return 1;
    master_open(master, 2, numbers);
    while (fread(block, sizeof(block), 1, from) == 1)
        fwrite(block, 2 * sizeof(float), (size_t)master_push(master, block, QUANTUM, block), to);
    fclose(to);
    printf("%d\n", master_latency(master));
    return 0;
}
