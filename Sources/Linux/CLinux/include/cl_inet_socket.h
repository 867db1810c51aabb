#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The bytes that an AF_INET or AF_INET6 socket address takes at most (`struct sockaddr_in6`).
#define CL_INET_ADDRESS_SIZE 28
/// The datagrams that one call moves at most.
#define CL_DATAGRAM_BATCH 32

/// Writes the socket address of an IPv4 (`count` 4) or IPv6 (16) address in network order to `address`, which has
/// CL_INET_ADDRESS_SIZE bytes; returns its length, or -EAFNOSUPPORT.
int cl_inet_address(const void *_Nonnull bytes, size_t count, uint16_t port, void *_Nonnull address);
/// The port of such an address.
uint16_t cl_inet_port(const void *_Nonnull address);
/// socket(2), non-blocking and close-on-exec: SOCK_STREAM or SOCK_DGRAM of AF_INET or AF_INET6.
int cl_inet_socket(int family, int stream);
int cl_inet_bind(int fd, const void *_Nonnull address, uint32_t length);
/// connect(2); -EINPROGRESS of a stream that is on its way.
int cl_inet_connect(int fd, const void *_Nonnull address, uint32_t length);
int cl_inet_listen(int fd, int backlog);
/// getsockname(2) into CL_INET_ADDRESS_SIZE bytes; returns the length.
int cl_inet_local_address(int fd, void *_Nonnull address);
/// SO_ERROR as -errno, 0 when there is none. Reading it clears it.
int cl_socket_error(int fd);
/// sendto(2) with MSG_DONTWAIT | MSG_NOSIGNAL.
ssize_t cl_send_datagram(int fd, const void *_Nonnull bytes, size_t count, const void *_Nonnull address,
                         uint32_t length);
/// recvmmsg(2) with MSG_DONTWAIT: at most CL_DATAGRAM_BATCH datagrams, number `i` at `buffer + i * stride` with its
/// length in `lengths[i]` (-1: longer than `stride`) and its sender at `addresses + i * CL_INET_ADDRESS_SIZE`.
int cl_receive_datagrams(int fd, void *_Nonnull buffer, size_t stride, int count, int32_t *_Nonnull lengths,
                         void *_Nonnull addresses, uint32_t *_Nonnull address_lengths);
/// sendmmsg(2) with MSG_DONTWAIT, in the same shape; lengths of 0 and less are left out. A datagram that cannot be
/// sent is passed over; -EAGAIN when the socket takes no more now. Returns the number sent.
int cl_send_datagrams(int fd, const void *_Nonnull buffer, size_t stride, int count, const int32_t *_Nonnull lengths,
                      const void *_Nonnull addresses, const uint32_t *_Nonnull address_lengths);
