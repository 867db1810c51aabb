#include "cl_watch.h"
#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>

int cl_inotify(void) {
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int cl_inotify_add(int fd, const char *path, uint32_t mask) {
    int watch = inotify_add_watch(fd, path, mask);
    return watch < 0 ? -errno : watch;
}

int cl_poll(int first, int second, int events, int timeout) {
    struct pollfd fds[2] = {{.fd = first, .events = (short)events}, {.fd = second, .events = (short)events}};
    int count = poll(fds, 2, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    return (fds[0].revents ? 1 : 0) | (fds[1].revents ? 2 : 0);
}
