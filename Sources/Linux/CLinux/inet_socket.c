#include "CLinux.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct sockaddr_in6) == CL_INET_ADDRESS_SIZE, "socket addresses");

#define RETRY(call)                                                                                                    \
    ({                                                                                                                 \
        ssize_t result_;                                                                                               \
        do {                                                                                                           \
            result_ = (call);                                                                                          \
        } while (result_ < 0 && errno == EINTR);                                                                       \
        result_ < 0 ? -errno : result_;                                                                                \
    })

int cl_inet_address(const void *bytes, size_t count, uint16_t port, void *address) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memset(address, 0, CL_INET_ADDRESS_SIZE);
    if (count == sizeof v4.sin_addr) {
        memcpy(&v4.sin_addr, bytes, count);
        memcpy(address, &v4, sizeof v4);
        return sizeof v4;
    }
    if (count != sizeof v6.sin6_addr) return -EAFNOSUPPORT;
    memcpy(&v6.sin6_addr, bytes, count);
    memcpy(address, &v6, sizeof v6);
    return sizeof v6;
}

uint16_t cl_inet_port(const void *address) {
    struct sockaddr_in6 copy;
    memcpy(&copy, address, sizeof copy);
    // The port lies at the same place in both families.
    return ntohs(copy.sin6_port);
}

int cl_inet_socket(int family, int stream) {
    return (int)RETRY(socket(family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int cl_inet_bind(int fd, const void *address, uint32_t length) { return (int)RETRY(bind(fd, address, length)); }
int cl_inet_connect(int fd, const void *address, uint32_t length) { return (int)RETRY(connect(fd, address, length)); }
int cl_inet_listen(int fd, int backlog) {
    // What is accepted inherits it: connections that linger don't keep the port from whoever listens next.
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return (int)RETRY(listen(fd, backlog));
}

int cl_inet_local_address(int fd, void *address) {
    socklen_t length = CL_INET_ADDRESS_SIZE;
    memset(address, 0, CL_INET_ADDRESS_SIZE);
    return getsockname(fd, address, &length) < 0 ? -errno : (int)length;
}

int cl_socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? -errno : -error;
}

ssize_t cl_send_datagram(int fd, const void *bytes, size_t count, const void *address, uint32_t length) {
    return RETRY(sendto(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, address, length));
}

int cl_receive_datagrams(int fd, void *buffer, size_t stride, int count, int32_t *lengths, void *addresses,
                         uint32_t *address_lengths) {
    struct mmsghdr messages[CL_DATAGRAM_BATCH];
    struct iovec parts[CL_DATAGRAM_BATCH];
    if (count > CL_DATAGRAM_BATCH) count = CL_DATAGRAM_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    for (int index = 0; index < count; index++) {
        parts[index] = (struct iovec){.iov_base = (char *)buffer + (size_t)index * stride, .iov_len = stride};
        messages[index].msg_hdr.msg_iov = &parts[index];
        messages[index].msg_hdr.msg_iovlen = 1;
        messages[index].msg_hdr.msg_name = (char *)addresses + index * CL_INET_ADDRESS_SIZE;
        messages[index].msg_hdr.msg_namelen = CL_INET_ADDRESS_SIZE;
    }
    int received = (int)RETRY(recvmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT, NULL));
    for (int index = 0; index < received; index++) {
        int cut = messages[index].msg_hdr.msg_flags & MSG_TRUNC;
        lengths[index] = cut ? -1 : (int32_t)messages[index].msg_len;
        address_lengths[index] = messages[index].msg_hdr.msg_namelen;
    }
    return received;
}

int cl_send_datagrams(int fd, const void *buffer, size_t stride, int count, const int32_t *lengths,
                      const void *addresses, const uint32_t *address_lengths) {
    struct mmsghdr messages[CL_DATAGRAM_BATCH];
    struct iovec parts[CL_DATAGRAM_BATCH];
    unsigned filled = 0, next = 0;
    int sent = 0;
    memset(messages, 0, sizeof messages);
    for (int index = 0; index < count && index < CL_DATAGRAM_BATCH; index++) {
        if (lengths[index] <= 0) continue;
        parts[filled].iov_base = (char *)buffer + (size_t)index * stride;
        parts[filled].iov_len = (size_t)lengths[index];
        messages[filled].msg_hdr.msg_iov = &parts[filled];
        messages[filled].msg_hdr.msg_iovlen = 1;
        messages[filled].msg_hdr.msg_name = (char *)addresses + index * CL_INET_ADDRESS_SIZE;
        messages[filled].msg_hdr.msg_namelen = address_lengths[index];
        filled++;
    }
    while (next < filled) {
        int result = (int)RETRY(sendmmsg(fd, messages + next, filled - next, MSG_DONTWAIT | MSG_NOSIGNAL));
        if (result == -EAGAIN) return result;
        if (result > 0) sent += result;
        next += result > 0 ? (unsigned)result : 1;
    }
    return sent;
}
