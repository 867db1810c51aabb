#include "CLinux.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

int cl_netlink_open(int protocol, int seconds) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0) return -errno;
    int on = 1;
    struct timeval limit = {.tv_sec = seconds};
    // Kernels before 4.12 (EXT_ACK) and 4.20 (STRICT_CHK) do without.
    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

int cl_netlink_join(int fd, int group) {
    // Without a port of its own a socket counts as the kernel, and is spared the kernel's own messages.
    struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    if (bind(fd, (struct sockaddr *)&any, sizeof any) < 0) return -errno;
    return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0 ? -errno : 0;
}

long cl_netlink_receive(int fd, void *buffer, size_t size) {
    for (;;) {
        struct sockaddr_nl from;
        socklen_t length = sizeof from;
        ssize_t count = recvfrom(fd, buffer, size, MSG_TRUNC, (struct sockaddr *)&from, &length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -errno;
        // Only the kernel's answers count: any process may send to a netlink port.
        if (length == sizeof from && from.nl_pid == 0) return count;
    }
}

int cl_bind_port(const void *address, size_t length, int protocol, uint16_t port) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (length == 4) memcpy(&v4.sin_addr, address, 4);
    else if (length == 16) memcpy(&v6.sin6_addr, address, 16);
    else return -EAFNOSUPPORT;
    int family = length == 4 ? AF_INET : AF_INET6;
    int type = protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd < 0) return -errno;
    int on = 1, off = 0;
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int result = family == AF_INET ? bind(fd, (struct sockaddr *)&v4, sizeof v4)
                                   : bind(fd, (struct sockaddr *)&v6, sizeof v6);
    if (result < 0) {
        result = -errno;
        close(fd);
        return result;
    }
    if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof off);
    return fd;
}
