#!/usr/bin/env python3
"""Measure what the screen costs: bytes per second, the share of a core that draws, and how long a key takes.

    Studies/screen.py .build/release/dualab [--preset NAME | --replay RUN] [--seconds 20] [--rate 7000] [--silent]

Starts the lab, or a replay of a run in its own time, on a pseudo-terminal for every size, and reads what it writes as a
terminal does: at once, or, with --rate, that many bytes per second, of which the kernel holds up to 4 KiB back. It answers
as a terminal answers: who it is (DA1), whether it has synchronized output, and, when it has read that far, that it has
drawn a frame. --silent never answers. Keys: `?`, which covers much of the screen, every three seconds; the lag is the
time until what it shows has arrived. The share of the drawing thread is its CPU time (/proc/PID/task).
"""
import argparse, fcntl, os, pty, re, select, signal, struct, sys, tempfile, termios, time

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("binary")
ap.add_argument("--preset", default="false-robustness")
ap.add_argument("--replay", help="a run to play again, instead of training")
ap.add_argument("--speed", default="1", help="of the replay")
ap.add_argument("--seconds", type=float, default=20)
ap.add_argument("--rate", type=int, default=0, help="bytes per second of the line; 0: no limit")
ap.add_argument("--silent", action="store_true", help="a terminal that answers nothing")
ap.add_argument("--sizes", default="80x24,120x36,200x60")
ap.add_argument("--colorterm", default="")
ap.add_argument("--fps", default="30")
args = ap.parse_args()


def thread_seconds(pid, name):
    """CPU seconds of the threads with this name."""
    total = 0.0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            fields = open(f"/proc/{pid}/task/{task}/stat").read()
        except OSError:
            continue
        comm = fields[fields.index("(") + 1 : fields.rindex(")")]
        if comm == name:
            rest = fields[fields.rindex(")") + 2 :].split()
            total += (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")
    return total


class Terminal:
    """The other end of a pseudo-terminal."""

    def __init__(self, command, columns, rows):
        environment = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", COLORTERM=args.colorterm)
        for name in ("TMUX", "NO_COLOR", "TERMINFO"):
            environment.pop(name, None)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.count, self.frames, self.tail = 0, 0, b""
        self.allowed = time.monotonic()

    def read(self, until):
        """Reads until a time; returns what came."""
        got = b""
        while (now := time.monotonic()) < until:
            if args.rate and self.allowed > now:
                time.sleep(min(self.allowed, until) - now)
                continue
            if not select.select([self.fd], [], [], max(0, min(0.05, until - now)))[0]:
                self.allowed = max(self.allowed, time.monotonic())
                continue
            try:
                part = os.read(self.fd, max(1, args.rate // 50) if args.rate else 65536)
            except OSError:
                break
            if not part:
                break
            if args.rate:
                self.allowed = max(self.allowed, now) + len(part) / args.rate
            self.count += len(part)
            got += part
            self.answer(part)
        return got

    def answer(self, part):
        """Answers the questions that this part completes, each once."""
        for byte in re.findall(rb"\x1b\[(?:c|5n|\?2026\$p)", self.tail + part):
            if byte == b"\x1b[5n":
                self.frames += 1
            if not args.silent:
                os.write(self.fd, {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[5n": b"\x1b[0n"}.get(byte, b"\x1b[?2026;2$y"))
        # The beginning of a question that the next part may complete.
        text = self.tail + part
        begun = re.search(rb"\x1b(?:\[(?:5|\?[0-9]*\$?)?)?$", text[-10:])
        self.tail = begun.group(0) if begun else b""


def measure(columns, rows):
    folder = tempfile.mkdtemp()
    command = [args.binary, "lab", "--preset", args.preset, "--out", f"{folder}/run"]
    if args.replay:
        command = [args.binary, "replay", args.replay, "--speed", args.speed]
    command += ["--tui", "--fps", args.fps]
    terminal = Terminal(command, columns, rows)
    terminal.read(time.monotonic() + 3)
    start, bytes_before, frames_before = time.monotonic(), terminal.count, terminal.frames
    cpu_before, end, lags = thread_seconds(terminal.pid, "terminal"), start + args.seconds, []
    quiet_bytes, quiet_time = 0, 0.0
    while time.monotonic() < end:
        before, at = terminal.count, time.monotonic()
        terminal.read(at + 2)
        quiet_bytes += terminal.count - before
        quiet_time += time.monotonic() - at
        sent, seen = time.monotonic(), b""
        os.write(terminal.fd, b"?")
        while b"Keys" not in seen and time.monotonic() - sent < 30:
            seen += terminal.read(time.monotonic() + 0.01)
        lags.append(time.monotonic() - sent)
        os.write(terminal.fd, b"\x1b")
        terminal.read(time.monotonic() + 1)
    seconds = time.monotonic() - start
    cpu = thread_seconds(terminal.pid, "terminal") - cpu_before
    print(
        f"{columns}x{rows}: {quiet_bytes / quiet_time / 1000:.2f} kB/s between keys, "
        f"{(terminal.count - bytes_before) / seconds / 1000:.2f} kB/s in all, "
        f"{(terminal.frames - frames_before) / seconds:.1f} frames/s, "
        f"key lag median {sorted(lags)[len(lags) // 2] * 1000:.0f} ms, most {max(lags) * 1000:.0f} ms, "
        f"drawing {100 * cpu / seconds:.1f} % of a core",
        flush=True,
    )
    os.kill(terminal.pid, signal.SIGTERM)
    args.rate, rate = 0, args.rate
    terminal.read(time.monotonic() + 3)
    args.rate = rate
    os.kill(terminal.pid, signal.SIGKILL)
    os.waitpid(terminal.pid, 0)


for size in args.sizes.split(","):
    measure(*map(int, size.split("x")))
