/* askagent HEX...: sends messages to the SSH agent at SSH_AUTH_SOCK, each with its length in front, and prints the answers in
   hexadecimal, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int all(int fd, unsigned char *bytes, size_t count) {
    while (count) {
        ssize_t got = read(fd, bytes, count);
        if (got <= 0) return -1;
        bytes += got;
        count -= (size_t)got;
    }
    return 0;
}

int main(int argc, char **argv) {
    static unsigned char bytes[1 << 20];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("SSH_AUTH_SOCK");
    if (!path) return puts("no agent"), 3;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int agent = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(agent, (struct sockaddr *)&address, sizeof address)) return perror("connect"), 4;
    for (int i = 1; i < argc; i++) {
        size_t length = strlen(argv[i]) / 2;
        unsigned char head[4] = {length >> 24, length >> 16, length >> 8, length};
        for (size_t j = 0; j < length; j++) sscanf(argv[i] + 2 * j, "%2hhx", bytes + j);
        if (write(agent, head, 4) != 4 || write(agent, bytes, length) != (ssize_t)length) return 5;
        if (all(agent, head, 4)) return puts("closed"), 6;
        length = (size_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
        if (length > sizeof bytes || all(agent, bytes, length)) return puts("cut"), 7;
        for (size_t j = 0; j < length; j++) printf("%02x", bytes[j]);
        puts("");
    }
    return 0;
}
