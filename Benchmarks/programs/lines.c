/* lines COUNT LENGTH: that many numbered lines of LENGTH bytes, written in blocks of 4 KiB as the C library does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    long count = argc > 1 ? atol(argv[1]) : 1000000;
    int length = argc > 2 ? atoi(argv[2]) : 100;
    static char buffer[4096], line[4096];
    if (length < 12 || length > 4000) return 2;
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (long i = 0; i < count; i++) {
        int start = snprintf(line, sizeof line, "%09ld ", i);
        memset(line + start, 'a' + (int)(i % 26), (size_t)(length - start - 1));
        line[length - 1] = '\n';
        if (fwrite(line, 1, (size_t)length, stdout) != (size_t)length) return 1;
    }
    return fflush(stdout) ? 1 : 0;
}
