#pragma once
#include <stddef.h>
#include <stdint.h>

/// socket(2) AF_NETLINK, with error texts from the kernel (NETLINK_EXT_ACK), errors without an echo of the request
/// (NETLINK_CAP_ACK), filtered dumps (NETLINK_GET_STRICT_CHK) and a receive time limit in seconds.
int cl_netlink_open(int protocol, int seconds);
/// bind(2) and NETLINK_ADD_MEMBERSHIP: the kernel's messages to a group come too.
int cl_netlink_join(int fd, int group);
/// recvfrom(2) with MSG_TRUNC: the datagram's whole length, which may exceed `size`.
long cl_netlink_receive(int fd, void *_Nonnull buffer, size_t size);
/// socket(2) and bind(2) of an IPv4 (4 bytes) or IPv6 (16 bytes) address, in network order, and a port in host order;
/// `protocol` is IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP. A tcp or sctp port is taken in spite of connections in
/// TIME_WAIT, and then shared with nobody. The descriptor.
int cl_bind_port(const void *_Nonnull address, size_t length, int protocol, uint16_t port);
