"""The command line as a whole: what it takes, refuses and waits for."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core import __version__
from core.cli.arguments.examples import EXAMPLES
from core.cli.arguments.parsers import COMMANDS, parsed
from core.cli.batch.engines import ENGINES
from core.errors import InputError

REPOSITORY = Path(__file__).resolve().parents[3]


def test_without_a_command_the_window_opens(finchsync, make_audio, tmp_path: Path) -> None:
    path = make_audio()
    assert finchsync().code == 0
    assert finchsync(path).code == 0
    result = finchsync("--", path, tmp_path)
    assert result.screen.opened == [[], [path], [path, tmp_path]]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(finchsync, capsys, command: str) -> None:
    with pytest.raises(SystemExit) as exit_:
        finchsync(*filter(None, [command]), "--help")
    assert exit_.value.code == 0
    assert "usage: finchsync" in capsys.readouterr().out


def test_the_version(finchsync, capsys) -> None:
    with pytest.raises(SystemExit):
        finchsync("--version")
    assert capsys.readouterr().out == f"finchsync {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["align"],
        ["align", "--out", "x.csv"],
        ["align", "a.wav", "--out", "x.csv", "--jobs", "0"],
        ["align", "a.wav", "--out", "x.csv", "--jobs", "two"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "-1"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "0.01"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "nan"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "1e9"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "600.1"],
        ["align", "a.wav", "--out", "x.csv", "--tolerance", "0.019"],
        ["align", "a.wav", "--out", "x.csv", "--tolerance", "1.1"],
        ["align", "a.wav", "--ou", "x.csv"],
        ["align", "--pair", "a.wav", "--out", "x.csv"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "magic"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "beats"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "beats", "--checkpoint", "b.pt"],
        ["align", "a.wav", "--out", "x.csv", "--checkpoint", "b.pt"],
        ["align", "a.wav", "--out", "x.csv", "--device", "cpu"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "compact", "--scorer", "s.pt"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "compact", "--device", "cpu"],
        ["align", "a.wav", "--out", "x.csv", "--precision", "half"],
        ["align", "a.wav", "--out", "x.csv", "--precision", "int4"],
        ["align", "a.wav", "--out", "x.csv", "--rank", "nobody"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "spectral", "--rank", "model"],
        ["align", "a.wav", "--out", "x.csv", "--exact"],
        ["evaluate", "--predictions", "x.csv"],
        ["simulate"],
        ["simulate", "new", "--kind", "whale"],
        ["simulate", "new", "--seed", "-1"],
        ["simulate", "new", "--files", "0"],
        ["simulate", "new", "--duration", "inf"],
        ["simulate", "new", "--duration", "1e15"],
        ["demo", "surprise"],
    ],
    ids=" ".join,
)
def test_bad_arguments_take_one_line(finchsync, tmp_path, monkeypatch, arguments) -> None:
    monkeypatch.chdir(tmp_path)
    result = finchsync(*arguments)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert result.out == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["algin"], "did you mean 'finchsync align'?"),
        (["align", "a.wav", "--job", "2"], "did you mean --jobs?"),
        (["align", "a.wav", "--owerwrite"], "did you mean --overwrite?"),
        (["export", "a.csv", "--fromat=raven"], "did you mean --format?"),
        (["align", "a.wav", "--whale"], "see 'finchsync align --help'."),
        (["whale"], "see 'finchsync --help'."),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_was_probably_meant_is_named(finchsync, words: list[str], meant: str) -> None:
    """Before what is missing: an option that was misspelt is not there either."""
    result = finchsync(*words)
    assert result.code == 2
    assert result.err.splitlines()[-1].endswith(meant)


def test_every_command_has_examples_that_it_understands(capsys) -> None:
    assert EXAMPLES.keys() == {"", *COMMANDS}
    for command, examples in EXAMPLES.items():
        for line, _ in examples:
            program, *words = shlex.split(line.partition(" > ")[0])
            assert program == "finchsync"
            assert words[0] == command or not command
            if words[0] in COMMANDS:
                parsed(words)
        with pytest.raises(SystemExit):
            parsed([*filter(None, [command]), "--help"])
        assert all(line in capsys.readouterr().out for line, _ in examples[:1])


def test_every_engine_can_be_asked_for() -> None:
    for engine in ENGINES:
        assert parsed(["align", "a.wav", "-o", "x.csv", "--engine", engine]).engine == engine
    with pytest.raises(InputError, match=r"processes.*dask"):
        parsed(["align", "a.wav", "-o", "x.csv", "--engine", "horse"])


@pytest.mark.parametrize(("short", "long"), [("-o", "--out"), ("-j", "--jobs")])
def test_short_options_are_the_long_ones(short: str, long: str) -> None:
    words = {"-o": "x.csv", "-j": "3"} | {short: "7"}
    said = [word for option in words.items() for word in option]
    spelt = [word if word != short else long for word in said]
    assert parsed(["align", "a.wav", *said]) == parsed(["align", "a.wav", *spelt])
    assert parsed(["align", "a.wav", *said, "-y"]).existing == "overwrite"


@pytest.mark.usefixtures("fake_aligner")
def test_quiet_tells_the_result_only_and_verbose_every_step(
    finchsync, make_audio, tmp_path: Path
) -> None:
    path = make_audio()
    quiet = finchsync("align", path, "-q", "-o", tmp_path / "quiet.csv")
    assert quiet.err == ""
    assert "1 of 1 recordings written" in quiet.out
    verbose = finchsync("align", path, "-v", "-o", tmp_path / "verbose.csv")
    assert "aligning 0%: 1 of 1: reading, recording.wav" in verbose.err
    assert "aligning 100%: 1 of 1 done" in verbose.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_shells_complete_commands_and_options(finchsync, shell: str) -> None:
    script = finchsync("completion", shell).out
    assert all(command in script for command in COMMANDS)
    assert "--max-offset" in script or "max-offset" in script


@pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None,
    reason="there is no bash of this system",
)
def test_bash_reads_the_completion(finchsync, tmp_path: Path) -> None:
    (tmp_path / "completion").write_text(finchsync("completion", "bash").out)
    asked = (
        "source ./completion; COMP_WORDS=(finchsync align --ma); COMP_CWORD=2; "
        "$(complete -p finchsync | sed 's/.*-F //; s/ .*//'); echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(
        ["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["--max-offset"]


def test_a_place_that_is_taken_says_how_to_replace_it(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    taken = write_text("taken.csv", "mine")
    assert "(--overwrite)" in finchsync("align", make_audio(), "-o", taken).err
    assert taken.read_text() == "mine"


def test_nothing_in_the_current_folder_is_run(make_audio, tmp_path: Path) -> None:
    """Neither by the command, nor by the processes that it starts."""
    paths = [make_audio(f"{n}.wav", seed=n) for n in range(2)]
    folder = tmp_path / "recordings"
    for package in ("app", "core", "multiprocessing"):
        (folder / package).mkdir(parents=True)
    for name in ("app/__init__", "core/__init__", "multiprocessing/__init__", "random", "torch"):
        (folder / f"{name}.py").write_text("raise SystemExit('what lay in the folder was run')")
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONPATH"}

    def run(*arguments: str) -> str:
        command = [sys.executable, str(REPOSITORY / "main.py"), *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    report = json.loads(run("doctor", "--json"))
    assert report["screen and sound"]["Qt platform"] == "offscreen"
    assert "with" in report["models"]["torch"]
    run("align", *map(str, paths), "--out", "p.csv", "--jobs", "2")


def test_help_and_version_wait_for_nothing_heavy() -> None:
    code = (
        "import sys; from core.cli.arguments.parsers import command_parser; command_parser();"
        "import core.cli;"
        "print([m for m in ('numpy', 'rich', 'soundfile', 'PySide6') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
