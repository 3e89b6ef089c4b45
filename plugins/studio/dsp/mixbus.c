/* Fader, pan and width as one matrix of left and right; and the float64 bus. */
#include "lanes.h"
#include "numbers.h"

struct matrix {
    lanes same, other; /* of this channel, of the one beside it */
    lanes same_next, other_next;
    int32_t moving, crossing; /* to the numbers that come next; from one side to the other */
};

static void matrix_set(struct matrix *matrix, int lane, const float *numbers) {
    matrix->same_next[lane] = numbers[0];
    matrix->other_next[lane] = numbers[1];
    matrix->other_next[lane + 1] = numbers[2];
    matrix->same_next[lane + 1] = numbers[3];
    matrix->moving = 1;
}

/* At once, where nothing has sounded yet. */
static void matrix_arrive(struct matrix *matrix) {
    matrix->same = matrix->same_next;
    matrix->other = matrix->other_next;
    matrix->moving = 0;
    matrix->crossing = greatest_lane(magnitude(matrix->other)) > 0.0f;
}

static void matrix_run(struct matrix *matrix, lanes *x) {
    if (!matrix->moving && !matrix->crossing) {
        for (int frame = 0; frame < QUANTUM; frame++)
            x[frame] *= matrix->same;
        return;
    }
    if (!matrix->moving) {
        for (int frame = 0; frame < QUANTUM; frame++)
            x[frame] = matrix->same * x[frame] + matrix->other * swapped(x[frame]);
        return;
    }
    lanes same_rise = (matrix->same_next - matrix->same) * (1.0f / QUANTUM);
    lanes other_rise = (matrix->other_next - matrix->other) * (1.0f / QUANTUM);
    for (int frame = 0; frame < QUANTUM; frame++) {
        lanes same = matrix->same + same_rise * (float)(frame + 1);
        lanes other = matrix->other + other_rise * (float)(frame + 1);
        x[frame] = same * x[frame] + other * swapped(x[frame]);
    }
    matrix_arrive(matrix);
}

/* Eight stereo lanes to one stereo frame, always in the same tree. */
INLINE pair summed(lanes x) {
    eight half = __builtin_convertvector(x.lo, eight) + __builtin_convertvector(x.hi, eight);
    return (half.lo.lo + half.lo.hi) + (half.hi.lo + half.hi.hi);
}
