"""The list of system calls that a student's process may make. All others fail with EPERM.

libseccomp turns the names into a program for this machine's architecture, here in the
trusted process; the child only loads the bytes.
"""

import errno
import functools
import os
import tempfile
from typing import Any

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


@functools.cache
def program() -> bytes:
    """Compile the filter to BPF for this architecture: 8 bytes an instruction.

    Returns an empty program where libseccomp is not installed or the system has no seccomp.
    """
    try:
        import pyseccomp  # noqa: PLC0415 - fails to import where there is no libseccomp
    except (ImportError, RuntimeError, OSError):
        return b""
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        _allow(rules, name)
    # C libraries try clone3 first and take ENOSYS as 'use clone', which is then refused.
    _rule(rules, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    _allow(rules, "openat", pyseccomp.Arg(2, pyseccomp.MASKED_EQ, writing, 0))
    _allow(rules, "open", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, writing, 0))
    _allow(rules, "prlimit64", pyseccomp.Arg(2, pyseccomp.EQ, 0))  # reading limits, not setting
    for request in (FIONBIO, FIOCLEX, TCGETS):
        _allow(rules, "ioctl", pyseccomp.Arg(1, pyseccomp.EQ, request))
    # Not F_SETOWN and F_SETSIG: they make the kernel send a signal where kill may not.
    for command in (0, 1, 2, 3, 4, F_DUPFD_CLOEXEC):  # F_DUPFD, F_[GS]ETFD, F_[GS]ETFL
        _allow(rules, "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, command))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _allow(rules: Any, name: str, *conditions: Any) -> None:
    import pyseccomp  # noqa: PLC0415

    _rule(rules, pyseccomp.ALLOW, name, *conditions)


def _rule(rules: Any, action: int, name: str, *conditions: Any) -> None:
    """Add a rule unless this architecture has no such call, as with stat on 64-bit ARM."""
    try:
        rules.add_rule(action, name, *conditions)
    except (OSError, ValueError, RuntimeError) as error:
        if getattr(error, "errno", None) in (errno.EPERM, errno.EACCES, errno.ENOMEM):
            raise
