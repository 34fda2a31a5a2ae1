"""The scripts: where they run from, when they set up, and what they say when they cannot.

Set-up runs in a small checkout with a stand-in for Python that makes a `.venv` of stubs and notes its calls, so that
nothing is installed and no network is needed.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
SETTINGS = ("requirements.lock", "setup.cfg", "pyproject.toml")

STAND_IN = f"""#!/bin/sh
case "$2 $3" in
*realpath*) echo "$0"; exit "${{PROBE_STATUS:-0}}" ;;
*flock*) exec "{sys.executable}" "$@" ;;
"-m venv")
    echo venv >>"$CALLS"
    mkdir -p "$4/bin"
    cp "$0" "$4/bin/python"
    printf '#!/bin/sh\\necho "letf $*; PYTHONPATH ${{PYTHONPATH-unset}}"\\nexit "${{LETF_STATUS:-0}}"\\n' >"$4/bin/letf"
    chmod +x "$4/bin/letf" ;;
"-m pip")
    sleep "${{PIP_SECONDS:-0}}"
    if [ -n "${{PIP_SAYS:-}}" ]; then echo "$PIP_SAYS"; exit 1; fi
    case "$*" in *--require-hashes*) echo packages >>"$CALLS" ;; *-e*) echo letf >>"$CALLS" ;; esac ;;
esac
"""
ALL_CALLS = ["venv", "packages", "letf"]


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class Checkout:
    """The scripts in a folder of their own, with a space in its name."""

    def __init__(self, folder):
        self.root = folder / "a checkout"
        self.calls_file = folder / "calls"
        self.python = executable(folder / "bin" / "python3.12", STAND_IN)
        shutil.copytree(ROOT / "scripts", self.root / "scripts", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        for name in SETTINGS:
            (self.root / name).write_text(f"# {name}\n")

    def run(self, *command, cwd=None, **env):
        return subprocess.run(**self._arguments(command, cwd, env), timeout=60)

    def start(self, *command, **env):
        return subprocess.Popen(**self._arguments(command, None, env))

    def _arguments(self, command, cwd, env):
        own = {"LETF_PYTHON": str(self.python), "CALLS": str(self.calls_file)}
        return {
            "args": [str(part) for part in command] or [str(self.root / "scripts/letf")],
            "cwd": cwd or self.root.parent,
            "env": os.environ | own | {key: str(value) for key, value in env.items()},
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }

    def calls(self):
        """What the stand-in was asked to do since the last look."""
        calls = self.calls_file.read_text().split() if self.calls_file.exists() else []
        self.calls_file.unlink(missing_ok=True)
        return calls

    def stamp(self, python):
        """Declare that `.venv` was made with `python` from what the checkout holds now."""
        sums = subprocess.run(["cksum", *SETTINGS], cwd=self.root, capture_output=True, text=True, check=True).stdout
        (self.root / ".venv/letf-setup").write_text(f"{python}\n{self.root.resolve()}\n{sums}")


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


@pytest.fixture
def ready(checkout):
    """A checkout that is set up."""
    assert checkout.run().returncode == 0
    assert checkout.calls() == ALL_CALLS
    return checkout


def assert_one_error(done, pattern):
    """One line on stderr after the progress, no output, exit code 1."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("letf: setting up")]
    assert len(lines) == 1, done.stderr
    assert re.search(f"^Error: .*{pattern}", lines[0])
    assert (done.returncode, done.stdout) == (1, "")


def only_path(folder, *names):
    """A PATH of one folder that holds the named commands."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return folder


BASICS = ("bash", "cksum", "mv", "readlink", "rm")


def test_first_run_sets_up_then_runs_the_command(checkout):
    done = checkout.run(checkout.root / "scripts/letf", "simulate", "--json")
    assert (done.returncode, done.stdout) == (0, "letf simulate --json; PYTHONPATH unset\n")
    assert checkout.calls() == ALL_CALLS
    assert "setting up" in done.stderr


def test_second_run_is_quiet_and_installs_nothing(ready):
    done = ready.run(ready.root / "scripts/letf", "a b")
    assert (done.stdout, done.stderr, ready.calls()) == ("letf a b; PYTHONPATH unset\n", "", [])


def test_exit_code_is_the_command_s(ready):
    assert ready.run(LETF_STATUS=130).returncode == 130


def test_python_path_does_not_leak(ready):
    assert "PYTHONPATH unset" in ready.run(PYTHONPATH=ready.root).stdout


@pytest.mark.parametrize(
    ("name", "redone"),
    [
        ("requirements.lock", ALL_CALLS),
        ("setup.cfg", ["letf"]),
        ("pyproject.toml", ["letf"]),
        (".venv/letf-setup", ALL_CALLS),
    ],
)
def test_a_change_sets_up_what_it_touches(ready, name, redone):
    (ready.root / name).write_text("# changed\n")
    assert ready.run().returncode == 0
    assert ready.calls() == redone
    assert ready.run().returncode == 0
    assert ready.calls() == []


@pytest.mark.parametrize("name", ["letf-setup", "bin/python", "bin/letf"])
def test_a_half_made_venv_is_made_anew(ready, name):
    (ready.root / ".venv" / name).unlink()
    left_over = ready.root / ".venv/left-over"
    left_over.touch()
    assert ready.run().returncode == 0
    assert ready.calls() == ALL_CALLS
    assert not left_over.exists()


def test_a_moved_checkout_is_set_up_anew(ready):
    ready.root = ready.root.rename(ready.root.with_name("moved"))
    assert ready.run().returncode == 0
    assert ready.calls() == ALL_CALLS


def test_another_python_is_taken_when_asked_for(ready):
    other = executable(ready.python.with_name("python3.11"), STAND_IN)
    assert ready.run(LETF_PYTHON=other).returncode == 0
    assert ready.calls() == ALL_CALLS


def test_a_set_up_that_failed_is_done_again(checkout):
    assert checkout.run(PIP_SAYS="odd").returncode == 1
    assert checkout.calls() == ["venv"]
    assert checkout.run().returncode == 0
    assert checkout.calls() == ALL_CALLS


def test_settings_restored_after_a_failure_do_not_hide_it(ready):
    (ready.root / "setup.cfg").write_text("# changed\n")
    assert ready.run(PIP_SAYS="odd").returncode == 1
    (ready.root / "setup.cfg").write_text("# setup.cfg\n")
    assert ready.run().returncode == 0
    assert ready.calls() == ALL_CALLS


def test_two_set_ups_at_once_take_turns(checkout):
    both = [checkout.start(PIP_SECONDS=0.3) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert checkout.calls() == ALL_CALLS
    assert sorted("waiting for another set-up" in text for text in said) == [False, True]


def test_runs_through_symlinks_from_any_folder(ready, tmp_path):
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (elsewhere / "first").symlink_to(os.path.relpath(ready.root / "scripts/letf", elsewhere))
    (elsewhere / "second").symlink_to("first")
    for command, cwd in [
        ((elsewhere / "second",), "/"),
        (("./second",), elsewhere),
        (("bash", "second"), elsewhere),
        (("bash", "letf"), ready.root / "scripts"),
    ]:
        done = ready.run(*command, cwd=cwd)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert ready.calls() == []


def test_no_python_is_said_in_one_line(checkout, tmp_path):
    path = only_path(tmp_path / "path", *BASICS)
    done = checkout.run("/usr/bin/env", "bash", checkout.root / "scripts/letf", PATH=path, LETF_PYTHON="")
    assert_one_error(done, r"no Python 3\.11, 3\.12 or 3\.13 on PATH: install one")
    assert not (checkout.root / ".venv").exists()


def test_a_python_that_does_not_run_is_passed_over(checkout, tmp_path):
    path = only_path(tmp_path / "path", *BASICS, "mkdir", "cp", "chmod", "sleep")
    executable(path / "python3.13", "#!/bin/sh\necho 'no such command' >&2\nexit 127\n")
    executable(path / "python3.12", "#!/bin/sh\nexit 3\n")
    executable(path / "python3", STAND_IN.replace('echo "$0"', f'echo "{checkout.python}"'))
    done = checkout.run(checkout.root / "scripts/letf", PATH=path, LETF_PYTHON="")
    assert done.returncode == 0, done.stderr
    assert (checkout.root / ".venv/letf-setup").read_text().startswith(f"{checkout.python}\n")


def test_a_python_without_venv_is_said_in_one_line(checkout):
    assert_one_error(checkout.run(PROBE_STATUS=4), "lacks the venv module: install it")


@pytest.mark.parametrize("python", ["/bin/sh", "no-such-python", "/dev/null"])
def test_an_unfit_letf_python_is_said_in_one_line(checkout, python):
    assert_one_error(checkout.run(LETF_PYTHON=python), f"LETF_PYTHON must be Python .* got '{python}'")


def test_this_python_is_fit(checkout):
    executable(checkout.root / ".venv/bin/python", "")
    executable(checkout.root / ".venv/bin/letf", "#!/bin/sh\necho ran\n")
    checkout.stamp(Path(sys.executable).resolve())
    done = checkout.run(LETF_PYTHON=sys.executable)
    assert (done.stdout, done.stderr, checkout.calls()) == ("ran\n", "", [])


@pytest.mark.parametrize(
    ("pip_says", "pattern"),
    [
        ("WARNING: Retrying (Retry(total=4)) after a connection error", "needs the network once"),
        ("OSError: [Errno 28] No space left on device", "no space left"),
        ("OSError: [Errno 30] Read-only file system", "cannot write to"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", r"differs from requirements\.lock"),
        ("ERROR: No matching distribution found for numba==1.0\nmore", r"no ready-made package of numba==1\.0 for"),
    ],
)
def test_what_stops_pip_is_said_in_one_line(checkout, pip_says, pattern):
    assert_one_error(checkout.run(PIP_SAYS=pip_says), pattern)


def test_any_other_failure_shows_what_pip_said(checkout):
    done = checkout.run(PIP_SAYS="a new kind of failure")
    assert done.returncode == 1
    assert "a new kind of failure\nError: set-up failed" in done.stderr


@pytest.fixture
def installed(checkout):
    """A checkout whose `.venv` runs the program under test."""
    (checkout.root / ".venv").mkdir()
    (checkout.root / ".venv/bin").symlink_to(Path(sys.prefix) / "bin")
    checkout.stamp("python")
    return checkout


def test_version(installed):
    done = installed.run(installed.root / "scripts/letf", "--version", LETF_PYTHON="")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"letf \d+\.\d+\.\d+\n", done.stdout)


def test_the_users_own_numpy_does_not_shadow_ours(installed, tmp_path):
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')\n")
    script = installed.root / "scripts/letf"
    done = installed.run(script, "funds", "--json", cwd=tmp_path, PYTHONPATH=tmp_path, LETF_PYTHON="")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"TNA"' in done.stdout


def test_run_draws_into_out_and_says_where(ready):
    done = ready.run(ready.root / "scripts/run", cwd="/")
    figure = ready.root.resolve() / "out/divergence.png"
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "letf simulate --plot out/divergence.png; PYTHONPATH unset",
        "",
        f"Figure: {figure}",
    ]
    assert figure.parent.is_dir()


def test_run_that_fails_names_no_figure(ready):
    done = ready.run(ready.root / "scripts/run", LETF_STATUS=2)
    assert done.returncode == 2
    assert "Figure" not in done.stdout


def test_run_refuses_options(ready):
    assert_one_error(ready.run(ready.root / "scripts/run", "--paths", "9"), "takes no options")


CHECKS = ("ruff check", "ruff format", "mypy", "lint-imports", "pytest")


def stub_checks(checkout, *failing):
    for tool in ("ruff", "mypy", "lint-imports", "pytest"):
        lines = "".join(f"case '{tool} '$1 in '{name}'*) exit 1 ;; esac\n" for name in failing)
        executable(checkout.root / ".venv/bin" / tool, f"#!/bin/sh\necho ran {tool} $1\n{lines}")


def test_test_runs_every_check(ready):
    stub_checks(ready)
    done = ready.run(ready.root / "scripts/test", cwd="/")
    assert done.returncode == 0
    assert [f"ran {name}" in done.stdout for name in CHECKS] == [True] * len(CHECKS)
    assert done.stdout.endswith("\nchecks: 7 passed, 0 failed\n")


@pytest.mark.parametrize("failing", CHECKS)
def test_test_names_the_check_that_failed_and_runs_the_others(ready, failing):
    stub_checks(ready, failing)
    done = ready.run(ready.root / "scripts/test")
    assert done.returncode == 1
    assert re.search(rf"^FAILED: {failing}\b", done.stdout, re.MULTILINE)
    counts = (4, 3) if failing == "pytest" else (6, 1)  # pytest runs three times
    assert done.stdout.endswith("\nchecks: {} passed, {} failed\n".format(*counts))
    assert [f"ran {name}" in done.stdout for name in CHECKS] == [True] * len(CHECKS)


def test_ci_runs_the_same_checks(ready):
    for failing, code in [((), 0), (("mypy",), 1)]:
        stub_checks(ready, *failing)
        done = ready.run("bash", ".ci/run", cwd=ready.root)
        assert done.returncode == code
        assert "ran pytest" in done.stdout


def locked():
    """Requirement and hashes of every entry in the lock."""
    entries = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
    return [(Requirement(entry.partition("--hash")[0]), re.findall(r"--hash=(\S+)", entry)) for entry in entries]


def test_every_locked_package_is_one_version_with_hashes():
    for requirement, hashes in locked():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes), requirement


def test_the_lock_has_no_addresses():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_what_is_required(python):
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    extras = settings["options.extras_require"]
    lines = "\n".join([settings["options"]["install_requires"], extras["test"], extras["parquet"]]).split("\n")
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    pins = {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement, _ in locked()
        if requirement.marker is None or requirement.marker.evaluate(environment)
    }
    for line in filter(None, [*lines, *build]):
        required = Requirement(line)
        assert required.specifier.contains(pins[canonicalize_name(required.name)]), line


def test_supported_pythons_are_those_of_the_metadata():
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    assert settings["options"]["python_requires"] == ">=3.11,<3.14"
    classified = re.findall(r"Python :: (3\.\d+)", settings["metadata"]["classifiers"])
    assert tuple(classified) == PYTHONS
