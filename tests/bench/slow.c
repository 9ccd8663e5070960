/* fsync and fdatasync that take 2 ms more: the disk of a small virtual machine. For LD_PRELOAD, by tests/bench/disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slowly(const char *name, int fd)
{
    struct timespec more = {0, 2000000};
    nanosleep(&more, 0);
    return ((int (*)(int)) dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
