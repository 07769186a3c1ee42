"""Becomes another program, after tying it to its parent: run by path, standard library only.

Arguments: parent's pid, signal, uid, gid, then the program and its arguments. On Linux the
kernel sends that signal when the parent is gone, however it went; elsewhere the next `up` finds
leftover servers and stops them. Giving up root comes first, since a change of user undoes the tie.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, death_signal: int, uid: int, gid: int, program: list[str]) -> None:
    """Never returns."""
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.chdir("/")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit("the parent went away before this program could start")
    os.execve(program[0], program, os.environ)  # noqa: S606 - becoming it is the point


if __name__ == "__main__":
    parent, death_signal, uid, gid = map(int, sys.argv[1:5])
    main(parent, death_signal, uid, gid, sys.argv[5:])
