"""Asks for capabilities, another user, another root, and to outlive its parent."""
# holds: loses nothing

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_PTRACER, PR_SET_NO_NEW_PRIVS = 1, 4, 0x59616D61, 38
for option, argument in ((PR_SET_PDEATHSIG, 0), (PR_SET_DUMPABLE, 1), (PR_SET_PTRACER, -1)):
    if libc.prctl(option, argument, 0, 0, 0) != -1:
        raise RuntimeError(f"prctl {option}")
for name, arguments in (
    ("unshare", (0x10000000,)),
    ("setns", (3, 0)),
    ("mount", (b"/", b"/mnt", b"none", 4096, None)),
    ("chroot", (b"/",)),
    ("setuid", (0,)),
    ("setgroups", (0, None)),
    ("personality", (0x0040000,)),
    ("acct", (b"/tmp/grader-attack",)),
    ("swapoff", (b"/swapfile",)),
    ("sethostname", (b"x", 1)),
    ("reboot", (0,)),
    ("adjtimex", (ctypes.create_string_buffer(256),)),
):
    if getattr(libc, name)(*arguments) != -1:
        raise RuntimeError(name)
for attempt in (lambda: os.setsid(), lambda: os.setpgid(0, 0), lambda: os.umask(0)):
    try:
        attempt()
    except OSError:
        continue
