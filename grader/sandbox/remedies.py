"""How to get a protection that a machine does not have, or that does not work on it."""

import re
from typing import NamedTuple

from grader.results import Text
from grader.sandbox.probe import Machine, version_of

FIRST_WITH_LANDLOCK = (5, 13)
INSTALL = {
    "debian": "apt install",
    "fedora": "dnf install",
    "rhel": "dnf install",
    "arch": "pacman -S",
    "suse": "zypper install",
    "alpine": "apk add",
}
LIBSECCOMP = {"debian": "libseccomp2", "suse": "libseccomp2"}  # elsewhere libseccomp
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
ALLOWING = {
    "kernel.unprivileged_userns_clone": "sysctl -w kernel.unprivileged_userns_clone=1",
    "user.max_user_namespaces": "sysctl -w user.max_user_namespaces=15000",
}
LOAD_PROFILE = (
    "apt install apparmor-profiles",
    "cd /usr/share/apparmor/extra-profiles",
    "cp bwrap-userns-restrict /etc/apparmor.d/",
    "apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict",
)
LOOSEN = tuple(f"--security-opt {o}=unconfined" for o in ("seccomp", "apparmor", "systempaths"))


class Advice(NamedTuple):
    """A way to get what is missing: what protection it is for, a sentence, and commands."""

    protection: str
    text: Text
    commands: tuple[str, ...] = ()


def advice(machine: Machine) -> tuple[Advice, ...]:
    """Say how to get each protection that is missing, on this system."""
    if machine.system != "Linux":
        text = Text(
            "This system has none of the others: students' code is a plain process here, which "
            "protects nobody. Check your own work, and grade a class on Linux: in a virtual "
            "machine, in a container or, on Windows, in WSL."
        )
        return (Advice("", text),)
    if machine.problem is not None:
        text = Text(
            "No process for student code starts here: {problem}",
            params={"problem": machine.problem},
        )
        return (Advice("", text),)
    missing = {
        "seccomp": _for_seccomp,
        "landlock": _for_landlock,
        "bubblewrap": _for_bubblewrap,
    }
    return tuple(
        _with_rights(how(machine), machine)
        for name, how in missing.items()
        if version_of(name, machine.in_force) is None
    )


def _for_seccomp(machine: Machine) -> Advice:
    if not machine.libseccomp:
        text = Text("seccomp needs the library libseccomp, which is not installed.")
        return Advice("seccomp", text, _install(LIBSECCOMP, "libseccomp", machine))
    text = Text(
        "This kernel refuses to filter system calls: it was built without seccomp, or whatever "
        "grader runs in forbids it."
    )
    return Advice("seccomp", text)


def _for_landlock(machine: Machine) -> Advice:
    version = tuple(map(int, re.findall(r"\d+", machine.kernel)[:2]))
    if machine.landlock == "EOPNOTSUPP":
        text = Text(
            "This kernel has Landlock, switched off. Start it with landlock in the list lsm= of "
            "its command line; the list of now:"
        )
        return Advice("landlock", text, ("cat /sys/kernel/security/lsm",))
    if version < FIRST_WITH_LANDLOCK:
        text = Text(
            "Landlock came with Linux 5.13, and this is Linux {kernel}. A newer system has it.",
            params={"kernel": machine.kernel},
        )
    elif not machine.landlock:
        text = Text("This kernel has Landlock, but it could not be switched on here.")
    elif machine.container:
        text = Text(
            "This container forbids Landlock. Docker allows it from version 23 on, where the "
            "kernel outside of the container has it."
        )
    else:
        text = Text(
            "This kernel was built without Landlock, or whatever grader runs in forbids it."
        )
    return Advice("landlock", text)


def _for_bubblewrap(machine: Machine) -> Advice:
    if not machine.bubblewrap:
        text = Text("bubblewrap is not installed.")
        return Advice("bubblewrap", text, _install({}, "bubblewrap", machine))
    params: dict[str, int | float | str | Text] = {"complaint": machine.complaint}
    if machine.container and version_of("landlock", machine.in_force) is not None:
        text = Text(
            "bubblewrap does not work here ({complaint}), as in most containers. Beside Landlock "
            "it is not needed.",
            params=params,
        )
        return Advice("bubblewrap", text)
    if machine.container:
        text = Text(
            "bubblewrap does not work here ({complaint}). In Docker it needs a container that is "
            "started with these options, which let the whole container do more:",
            params=params,
        )
        return Advice("bubblewrap", text, LOOSEN)
    allowing = tuple(ALLOWING[name] for name in machine.forbidding if name in ALLOWING)
    if allowing:
        text = Text(
            "bubblewrap does not work here ({complaint}): the system forbids user namespaces. "
            "These commands allow them until the next start; a file in /etc/sysctl.d, for good:",
            params=params,
        )
        return Advice("bubblewrap", text, allowing)
    if APPARMOR in machine.forbidding:
        text = Text(
            "bubblewrap does not work here ({complaint}): AppArmor allows user namespaces only to "
            "programs that have a profile. Ubuntu has one for bubblewrap, to be switched on:",
            params=params,
        )
        return Advice("bubblewrap", text, LOAD_PROFILE)
    return Advice("bubblewrap", Text("bubblewrap does not work here: {complaint}", params=params))


def _install(named: dict[str, str], package: str, machine: Machine) -> tuple[str, ...]:
    """The command that installs a package, if the distribution's is known."""
    known = (name for name in machine.distributions if name in INSTALL)
    return tuple(f"{INSTALL[name]} {named.get(name, package)}" for name in known)[:1]


def _with_rights(one: Advice, machine: Machine) -> Advice:
    if machine.root:
        return one
    needless = ("cat ", "cd ", "--")
    commands = (c if c.startswith(needless) else f"sudo {c}" for c in one.commands)
    return one._replace(commands=tuple(commands))
