#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RETRY(call)                                                                                                    \
    ({                                                                                                                 \
        ssize_t result_;                                                                                               \
        do {                                                                                                           \
            result_ = (call);                                                                                          \
        } while (result_ < 0 && errno == EINTR);                                                                       \
        result_ < 0 ? -errno : result_;                                                                                \
    })

int cl_close(int fd) { return close(fd) < 0 && errno != EINTR ? -errno : 0; }
long cl_read(int fd, void *buffer, size_t count) { return RETRY(read(fd, buffer, count)); }
long cl_write(int fd, const void *buffer, size_t count) { return RETRY(write(fd, buffer, count)); }
long cl_pread(int fd, void *buffer, size_t count, int64_t offset) { return RETRY(pread(fd, buffer, count, offset)); }

int cl_openat(int directory, const char *path, int flags, uint32_t mode) {
    return (int)RETRY(openat(directory, path, flags | O_CLOEXEC, (mode_t)mode));
}

int cl_dup(int fd) { return (int)RETRY(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }
int cl_pipe(int *ends, int flags) { return pipe2(ends, O_CLOEXEC | flags) < 0 ? -errno : 0; }

static int set_flag(int fd, int get, int set, int flag, int on) {
    int flags = fcntl(fd, get);
    if (flags < 0) return -errno;
    return fcntl(fd, set, on ? flags | flag : flags & ~flag) < 0 ? -errno : 0;
}

int cl_set_cloexec(int fd, int on) { return set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on); }
int cl_set_nonblocking(int fd, int on) { return set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on); }

void cl_strerror(int error, char *buffer, size_t size) {
    const char *text = strerror_r(error, buffer, size);
    if (text != buffer) snprintf(buffer, size, "%s", text);
}
