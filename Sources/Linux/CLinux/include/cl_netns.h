#pragma once

/// Makes a network namespace on a thread of its own that ends again: no other thread changes its namespace.
/// It is bound to the new file `path` (EEXIST if there is one), which keeps it alive. `*netlink` becomes a
/// NETLINK_ROUTE socket inside it (see cl_netlink_open). Returns a descriptor for the namespace (nsfs).
/// After an error nothing is left.
int cl_netns_create(const char *_Nonnull path, int seconds, int *_Nonnull netlink);
/// A NETLINK_ROUTE socket inside an existing namespace, opened on a thread that ends again.
int cl_netns_netlink(int namespace, int seconds);
