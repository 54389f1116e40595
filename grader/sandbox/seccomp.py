"""The list of system calls that a student's process may make. All others fail with EPERM.

libseccomp turns the names into a program for this machine's architecture, here in the
trusted process; the child only loads the bytes. It is called as seccomp_rule_add(3) tells.
"""

import ctypes
import errno
import functools
import os
import tempfile

LIBRARY = "libseccomp.so.2"
ALLOW, ERRNO = 0x7FFF0000, 0x00050000  # the latter with an error's number
EQUAL, MASKED_EQUAL = 4, 7
UNKNOWN = -1  # other numbers below 0 are right: libseccomp knows what they stand for
# What Python and NumPy need to compute, to import a module and to talk over one open socket.
ALLOWED = """
    read readv pread64 write writev recvfrom sendto getsockname getsockopt
    close lseek fstat stat lstat newfstatat fstatat64 statx access faccessat faccessat2
    readlink readlinkat getcwd chdir getdents getdents64 poll ppoll select pselect6 dup
    mmap mmap2 munmap mprotect mremap madvise brk futex membarrier rseq set_robust_list
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage
    getpid getppid gettid getuid geteuid getgid getegid getrandom uname sysinfo
    sched_yield sched_getaffinity exit exit_group
""".split()

FIONBIO, FIOCLEX, TCGETS = 0x5421, 0x5451, 0x5401
F_DUPFD_CLOEXEC = 1030


class Comparison(ctypes.Structure):
    """What an argument of a call has to be: `struct scmp_arg_cmp`."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


@functools.cache
def library() -> ctypes.CDLL | None:
    """Load libseccomp, if it is installed."""
    try:
        found = ctypes.CDLL(LIBRARY)
    except OSError:
        return None
    found.seccomp_init.restype = ctypes.c_void_p
    return found


@functools.cache
def program() -> bytes:
    """Compile the filter to BPF for this architecture: 8 bytes an instruction.

    Returns an empty program where libseccomp is not installed.

    Raises:
        OSError: it refuses.
    """
    lib = library()
    if lib is None:
        return b""
    rules = ctypes.c_void_p(lib.seccomp_init(ERRNO | errno.EPERM))
    try:
        add = functools.partial(_add, lib, rules)
        for name in ALLOWED:
            add(ALLOW, name)
        # C libraries try clone3 first and take ENOSYS as 'use clone', which is then refused.
        add(ERRNO | errno.ENOSYS, "clone3")
        writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        add(ALLOW, "openat", Comparison(2, MASKED_EQUAL, writing, 0))
        add(ALLOW, "open", Comparison(1, MASKED_EQUAL, writing, 0))
        add(ALLOW, "prlimit64", Comparison(2, EQUAL, 0))  # reading limits, not setting
        for request in (FIONBIO, FIOCLEX, TCGETS):
            add(ALLOW, "ioctl", Comparison(1, EQUAL, request))
        # Not F_SETOWN and F_SETSIG: they make the kernel send a signal where kill may not.
        for command in (0, 1, 2, 3, 4, F_DUPFD_CLOEXEC):  # F_DUPFD, F_[GS]ETFD, F_[GS]ETFL
            add(ALLOW, "fcntl", Comparison(1, EQUAL, command))
        with tempfile.TemporaryFile() as file:
            status = lib.seccomp_export_bpf(rules, file.fileno())
            if status < 0:
                raise _refusal(status)
            file.seek(0)
            return file.read()
    finally:
        lib.seccomp_release(rules)


def _add(
    lib: ctypes.CDLL, rules: ctypes.c_void_p, action: int, name: str, *wanted: Comparison
) -> None:
    """Add a rule unless this architecture has no such call, as with stat on 64-bit ARM."""
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if number == UNKNOWN:
        return
    comparisons = (Comparison * len(wanted))(*wanted)
    status = lib.seccomp_rule_add_array(rules, action, number, len(wanted), comparisons)
    if -status in {errno.EPERM, errno.EACCES, errno.ENOMEM}:
        raise _refusal(status)


def _refusal(status: int) -> OSError:
    """Make the error that libseccomp tells of by a negative number."""
    return OSError(-status, f"libseccomp: {os.strerror(-status)}")
