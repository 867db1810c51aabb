/* apibench SOCKET PATH CONNECTIONS SECONDS [HEADER]: GET requests over kept connections, one thread each, to a unix socket
   or, when SOCKET is `:PORT`, to a port of 127.0.0.1; each with that header line.
   Prints one JSON object: requests a second, errors, the 50th and 99th percentile in microseconds, bytes of a body. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 8 << 20, SAMPLES = 1 << 20 };

static const char *socket_path, *request_path, *header = "Connection: keep-alive";
static double end_time;

struct worker {
    pthread_t thread;
    long requests, errors, body;
    unsigned *samples;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial_port(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address)) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static int dial(void) {
    if (socket_path[0] == ':') return dial_port(atoi(socket_path + 1));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address)) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/* Reads until `used` is at least `wanted`; 0 when the peer has closed or the buffer is full. */
static int fill(int descriptor, char *buffer, size_t *used, size_t wanted) {
    while (*used < wanted) {
        if (*used + 1 >= BUFFER) return 0;
        ssize_t got = read(descriptor, buffer + *used, BUFFER - 1 - *used);
        if (got <= 0) return 0;
        *used += (size_t)got;
        buffer[*used] = 0;
    }
    return 1;
}

/* Bytes of the chunked body that starts at `at`, or -1. */
static long chunked(int descriptor, char *buffer, size_t *used, size_t at) {
    long body = 0;
    for (;;) {
        char *line;
        while (!(line = memmem(buffer + at, *used - at, "\r\n", 2)))
            if (!fill(descriptor, buffer, used, *used + 1)) return -1;
        size_t size = strtoul(buffer + at, NULL, 16);
        at = (size_t)(line + 2 - buffer) + size + 2;
        if (!fill(descriptor, buffer, used, at)) return -1;
        body += (long)size;
        if (!size) return body;
    }
}

/* One reply; the bytes of its body, or -1. *closes tells whether the connection is at its end. */
static long reply(int descriptor, char *buffer, int *closes) {
    size_t used = 0;
    char *blank;
    while (!(blank = used ? memmem(buffer, used, "\r\n\r\n", 4) : NULL))
        if (!fill(descriptor, buffer, &used, used + 1)) return -1;
    if (used < 12 || memcmp(buffer + 9, "200", 3)) return -1;
    size_t head = (size_t)(blank + 4 - buffer);
    *blank = 0;
    *closes = strcasestr(buffer, "\nconnection: close") != NULL;
    char *length = strcasestr(buffer, "\ncontent-length:");
    if (length) {
        size_t body = strtoul(length + 16, NULL, 10);
        return fill(descriptor, buffer, &used, head + body) ? (long)body : -1;
    }
    return strcasestr(buffer, "\ntransfer-encoding: chunked") ? chunked(descriptor, buffer, &used, head) : -1;
}

static void *work(void *argument) {
    struct worker *me = argument;
    char *buffer = malloc(BUFFER), request[1024];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", request_path,
                          header);
    int descriptor = -1;
    while (now() < end_time) {
        if (descriptor < 0 && (descriptor = dial()) < 0) {
            me->errors++;
            usleep(1000);
            continue;
        }
        double start = now();
        int closes = 1;
        long body = write(descriptor, request, (size_t)length) == length ? reply(descriptor, buffer, &closes) : -1;
        if (body < 0) {
            me->errors++;
        } else {
            if (me->requests < SAMPLES) me->samples[me->requests] = (unsigned)((now() - start) * 1e6);
            me->requests++;
            me->body = body;
        }
        if (body < 0 || closes) {
            close(descriptor);
            descriptor = -1;
        }
    }
    if (descriptor >= 0) close(descriptor);
    free(buffer);
    return NULL;
}

static int ascending(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    socket_path = argv[1], request_path = argv[2];
    if (argc > 5) header = argv[5];
    int count = atoi(argv[3]);
    struct worker *workers = calloc((size_t)count, sizeof *workers);
    double start = now();
    end_time = start + atof(argv[4]);
    for (int i = 0; i < count; i++) {
        workers[i].samples = malloc(SAMPLES * sizeof(unsigned));
        pthread_create(&workers[i].thread, NULL, work, workers + i);
    }
    long requests = 0, errors = 0, kept = 0;
    for (int i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        requests += workers[i].requests, errors += workers[i].errors;
    }
    double elapsed = now() - start;
    unsigned *all = malloc((size_t)(requests + 1) * sizeof(unsigned));
    for (int i = 0; i < count; i++)
        for (long j = 0; j < workers[i].requests && j < SAMPLES; j++) all[kept++] = workers[i].samples[j];
    qsort(all, (size_t)kept, sizeof *all, ascending);
    printf("{\"rps\": %.1f, \"errors\": %ld, \"p50_us\": %u, \"p99_us\": %u, \"body\": %ld}\n", (double)requests / elapsed,
           errors, kept ? all[kept / 2] : 0, kept ? all[kept * 99 / 100] : 0, workers[0].body);
    return 0;
}
