/* dnsload ADDRESS PORT NAME SECONDS RATE: asks for the address of NAME, 32 questions under way at most; RATE a second, or
   as many as are answered when it is 0. Prints answers a second and the 99th percentile of the waiting time in ms. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 32
static double sent_at[65536];
static unsigned histogram[1000001]; /* microseconds */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count != 6) return 64;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
    inet_pton(AF_INET, words[1], &server.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (connect(fd, (struct sockaddr *)&server, sizeof server)) return perror("dnsload"), 1;
    struct timeval limit = {.tv_usec = 20000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    unsigned char query[300] = {0, 0, 1, 0, 0, 1}, answer[1500];
    int length = 12;
    char name[256];
    snprintf(name, sizeof name, "%s", words[3]);
    for (char *label = strtok(name, "."); label; label = strtok(NULL, ".")) {
        query[length++] = strlen(label);
        memcpy(query + length, label, strlen(label));
        length += strlen(label);
    }
    memcpy(query + length, "\0\0\1\0\1", 5);
    length += 5;
    double seconds = atof(words[4]), rate = atof(words[5]), start = now();
    unsigned long sent = 0, answers = 0;
    unsigned under_way = 0;
    unsigned short id = 0;
    while (now() - start < seconds) {
        double time = now();
        while (under_way < WINDOW && (rate == 0 || sent < (time - start) * rate)) {
            id++;
            query[0] = id >> 8, query[1] = id & 255;
            sent_at[id] = time;
            if (send(fd, query, length, 0) == length) sent++, under_way++;
        }
        ssize_t size = recv(fd, answer, sizeof answer, rate ? MSG_DONTWAIT : 0);
        if (size < 12) {
            if (rate == 0) under_way = 0; /* lost: a datagram may be */
            continue;
        }
        double waited = now() - sent_at[answer[0] << 8 | answer[1]];
        histogram[waited < 1 ? (int)(waited * 1e6) : 1000000]++;
        answers++;
        if (under_way) under_way--;
    }
    unsigned long seen = 0;
    int slot = 0;
    while (slot < 1000000 && (seen += histogram[slot]) < answers * 0.99) slot++;
    printf("%.0f %.3f\n", answers / (now() - start), slot / 1e3);
    return 0;
}
