/* tcprate serve PORT: takes connections, one after the other, and reads them to their ends.
   tcprate ADDRESS PORT SECONDS: sends as fast as it can and prints gigabits a second. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[128 << 10];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int serve(int port) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4)) return perror("tcprate"), 1;
    for (;;) {
        int peer = accept(listener, NULL, NULL);
        if (peer < 0) return 1;
        while (read(peer, buffer, sizeof buffer) > 0) {}
        close(peer);
    }
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "serve")) return serve(atoi(words[2]));
    if (count != 4) return 64;
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
    inet_pton(AF_INET, words[1], &there.sin_addr);
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(peer, (struct sockaddr *)&there, sizeof there)) return perror("tcprate"), 1;
    double start = now(), seconds = atof(words[3]), bytes = 0;
    while (now() - start < seconds) {
        ssize_t sent = write(peer, buffer, sizeof buffer);
        if (sent < 0) return perror("tcprate"), 1;
        bytes += sent;
    }
    printf("%.3f\n", bytes * 8 / (now() - start) / 1e9);
    return 0;
}
