// Extended attributes of files (xattr(7)): the C library has them in a header that Swift's modules leave out.
#include <sys/types.h>
#include <sys/xattr.h>
