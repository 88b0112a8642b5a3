"""A program that stages a night, in ways good and bad: ``WAY N_EPOCHS RECORDING OUTPUT CHANNELS``.

Run by tests as a process of its own; it knows nothing of sleepscorer.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

HEAD = "epoch,stage,p_w,p_n1,p_n2,p_n3,p_r\n"
ROW = "{},N2,0.1,0.1,0.6,0.1,0.1\n"


def table(n_epochs, row=ROW):
    return HEAD + "".join(row.format(n) for n in range(1, n_epochs + 1))


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


TEXTS = {
    "good": table,
    "alone": lambda n: "N2\n" * n,
    "short": lambda n: table(n - 1),
    "long": lambda n: table(n + 1),
    "numbers": lambda n: "2\n" * n,
    "unknown": lambda n: "N7\n" * n,
    "nothing": lambda n: "?\n" * n,
    "sum": lambda n: table(n, "{},N2,0.1,0.1,0.9,0.2,0.1\n"),
    "below": lambda n: table(n, "{},N2,-0.1,0.1,0.8,0.1,0.1\n"),
    "missing": lambda n: table(n, "{},N2,,0.1,0.7,0.1,0.1\n"),
    "swapped": lambda n: table(n, "{},N2,0.6,0.1,0.1,0.1,0.1\n"),
    "some_swapped": lambda n: table(n).replace("1,N2,", "1,W,", 1),
    "even": lambda n: table(n, "{},N2,0.4,0.1,0.4,0.05,0.05\n"),
    "not_text": lambda _: "one\0two\0three",
}


def write_text(way, n_epochs, output):
    for percent in (10, 50, 100):
        say(f"staging {percent} %", end="\r")
        time.sleep(0.15)
    Path(output).write_text(TEXTS[way](n_epochs))


def hang(*_):
    say("thinking")
    time.sleep(600)


def hang_deaf(*_):
    """Neither end by itself nor when asked to."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hang()


def start_child():
    """A process that outlives this one; its number is told."""
    say(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)


def hang_with_child(*_):
    start_child()
    time.sleep(600)


def leave_child(n_epochs, _recording, output, _channels):
    start_child()
    Path(output).write_text(table(n_epochs))


def flood(*_):
    while True:
        print("all is well " * 1000)


def write_for_ever(path):
    with Path(path).open("wb") as file:
        while True:
            file.write(bytes(1_000_000))


def fail(_n_epochs, recording, *_):
    say(f"no EEG in {recording}")
    sys.exit(3)


def touch(n_epochs, recording, output, _channels):
    """Change the recording, which nobody may."""
    with Path(recording).open("ab") as file:
        file.write(b"x")
    if n_epochs == 0:
        sys.exit("it went wrong")
    Path(output).write_text(table(n_epochs))


def tell(n_epochs, recording, output, channels):
    """Write down beside the recording what was given."""
    Path(f"{recording}.told").write_text("\n".join((recording, output, channels, str(Path.cwd()))))
    Path(output).write_text(table(n_epochs))


DEEDS = {
    "hang": hang,
    "hang_deaf": hang_deaf,
    "hang_with_child": hang_with_child,
    "leave_child": leave_child,
    "flood": flood,
    "huge": lambda _n, _recording, output, _channels: write_for_ever(output),
    "huge_beside": lambda *_: write_for_ever("thinking.tmp"),
    "fail": fail,
    "be_killed": lambda *_: signal.raise_signal(signal.SIGKILL),
    "write_nothing": lambda *_: say("done"),
    "touch": touch,
    "tell": tell,
}


def main(way, n_epochs, recording, output, channels="none"):
    if way in DEEDS:
        DEEDS[way](int(n_epochs), recording, output, channels)
    else:
        write_text(way, int(n_epochs), output)


if __name__ == "__main__":
    main(*sys.argv[1:])
