#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

struct order {
    const char *path;
    int seconds;
    /// A namespace to join instead of a new one, or -1.
    int existing;
    int netlink;
    int result;
};

static int bind_namespace(const char *path) {
    int file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return -errno;
    close(file);
    if (mount("/proc/thread-self/ns/net", path, "none", MS_BIND, NULL) == 0) return 0;
    int error = errno;
    unlink(path);
    return -error;
}

static int create(struct order *order) {
    if (unshare(CLONE_NEWNET) < 0) return -errno;
    int namespace = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (namespace < 0) return -errno;
    int netlink = cl_netlink_open(NETLINK_ROUTE, order->seconds);
    int result = netlink < 0 ? netlink : bind_namespace(order->path);
    if (result < 0) {
        close(namespace);
        if (netlink >= 0) close(netlink);
        return result;
    }
    order->netlink = netlink;
    return namespace;
}

static int join(struct order *order) {
    if (setns(order->existing, CLONE_NEWNET) < 0) return -errno;
    return cl_netlink_open(NETLINK_ROUTE, order->seconds);
}

static void *work(void *context) {
    struct order *order = context;
    order->result = order->existing < 0 ? create(order) : join(order);
    return NULL;
}

static int run(struct order *order) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, work, order);
    pthread_attr_destroy(&attributes);
    if (error) return -error;
    pthread_join(thread, NULL);
    return order->result;
}

int cl_netns_create(const char *path, int seconds, int *netlink) {
    struct order order = {.path = path, .seconds = seconds, .existing = -1, .netlink = -1};
    int result = run(&order);
    *netlink = order.netlink;
    return result;
}

int cl_netns_netlink(int namespace, int seconds) {
    struct order order = {.path = "", .seconds = seconds, .existing = namespace, .netlink = -1};
    return run(&order);
}
