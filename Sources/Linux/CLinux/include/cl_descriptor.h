#pragma once
#include <stddef.h>
#include <stdint.h>

/// close(2). EINTR counts as closed, as Linux does.
int cl_close(int fd);
/// read(2), write(2), pread(2): bytes moved or -errno. EINTR is retried.
long cl_read(int fd, void *_Nonnull buffer, size_t count);
long cl_write(int fd, const void *_Nonnull buffer, size_t count);
long cl_pread(int fd, void *_Nonnull buffer, size_t count, int64_t offset);
/// open(2) relative to `directory`; O_CLOEXEC is always added.
int cl_openat(int directory, const char *_Nonnull path, int flags, uint32_t mode);
/// fcntl(2) F_DUPFD_CLOEXEC.
int cl_dup(int fd);
/// pipe2(2) with O_CLOEXEC | flags.
int cl_pipe(int *_Nonnull ends, int flags);
/// fcntl(2): sets or clears FD_CLOEXEC.
int cl_set_cloexec(int fd, int on);
/// fcntl(2): sets or clears O_NONBLOCK.
int cl_set_nonblocking(int fd, int on);
/// strerror_r(3), GNU form.
void cl_strerror(int error, char *_Nonnull buffer, size_t size);
