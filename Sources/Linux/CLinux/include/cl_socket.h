#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// socketpair(2), AF_UNIX, close-on-exec. `packets` chooses SOCK_SEQPACKET over SOCK_STREAM.
int cl_socketpair(int *_Nonnull ends, int packets);
/// SO_SNDBUFFORCE, past the limit of the system (CAP_NET_ADMIN); the kernel doubles it.
int cl_send_buffer(int fd, int bytes);
/// A listening AF_UNIX socket at `path` (at most 107 bytes), non-blocking; `packets` chooses SOCK_SEQPACKET over SOCK_STREAM.
int cl_listen_local(const char *_Nonnull path, int backlog, int packets);
int cl_connect_packets(const char *_Nonnull path);
int cl_accept(int fd);
/// sendmsg(2) with `descriptor_count` (at most 8) descriptors, MSG_NOSIGNAL and `flags`.
ssize_t cl_send_message(int fd, const void *_Nonnull bytes, size_t count, const int *_Nullable descriptors,
                        size_t descriptor_count, int flags);
/// recvmsg(2), MSG_CMSG_CLOEXEC and `flags`; takes at most 8 descriptors and sets `*descriptor_count`.
/// -EMSGSIZE when the packet did not fit; its descriptors are closed then.
ssize_t cl_receive_message(int fd, void *_Nonnull bytes, size_t count, int *_Nonnull descriptors,
                           size_t *_Nonnull descriptor_count, int flags);
/// send(2) and recv(2) with MSG_DONTWAIT | MSG_NOSIGNAL.
ssize_t cl_send_now(int fd, const void *_Nonnull bytes, size_t count);
ssize_t cl_receive_now(int fd, void *_Nonnull bytes, size_t count);
int cl_shutdown(int fd, int how);
/// SO_PEERCRED: the uid at the other end.
int cl_peer_uid(int fd, uint32_t *_Nonnull uid);

int cl_epoll_create(void);
/// epoll_ctl(2); `operation` is EPOLL_CTL_ADD, _MOD or _DEL, the datum is the descriptor itself.
int cl_epoll_control(int epoll, int operation, int fd, uint32_t events);
/// epoll_wait(2) for at most 64 events, as two parallel arrays. EINTR counts as no event.
int cl_epoll_wait(int epoll, int *_Nonnull descriptors, uint32_t *_Nonnull events, int capacity, int timeout);
int cl_eventfd(void);
