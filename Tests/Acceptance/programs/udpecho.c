/* udpecho PORT: answers each datagram with "datagram\n". Busybox has nothing that serves UDP. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    struct sockaddr_in here = {.sin_family = AF_INET}, there;
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    char buffer[2048];
    if (argc < 2) return 2;
    here.sin_port = htons((unsigned short)atoi(argv[1]));
    if (bind(descriptor, (struct sockaddr *)&here, sizeof here)) return 1;
    for (;;) {
        socklen_t length = sizeof there;
        if (recvfrom(descriptor, buffer, sizeof buffer, 0, (struct sockaddr *)&there, &length) >= 0)
            sendto(descriptor, "datagram\n", 9, 0, (struct sockaddr *)&there, length);
    }
}
