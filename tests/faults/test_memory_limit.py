"""A limit on memory: a command answers, or says in one line what it needs; it neither aborts nor hangs."""

import os
import resource
import subprocess
import sys
import tracemalloc
from dataclasses import replace

import pytest
from examples import SKEWED, ensemble, market, run
from processes import CHECKOUT, LETF, TIMEOUT, python

from simulator import memory
from simulator.cli.memory import FIGURES, KERNELS, LIGHT, ran_out
from simulator.engine import memory as fitting
from simulator.engine.blocks import Plan
from simulator.engine.done import Done
from simulator.engine.memory import ADDRESSES, WRITTEN, result_bytes, threads_that_fit
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.memory import MIB, Limit, limits
from simulator.spec.trade import Trade

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no such limits")
OWN = 32  # MiB of addresses that Python and Click take before a command can ask what is left
QUICK = ("simulate", "--paths", "2000", "--horizon", "1,5", "--json", "--quiet")


def limited(mebibytes, *args, env=None):
    """`letf args` with an address space of that size; that it aborts or hangs is a failure."""
    size = mebibytes * MIB
    return subprocess.run(
        [LETF, *args], capture_output=True, text=True, timeout=TIMEOUT, env=os.environ | (env or {}),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)),
    )  # fmt: skip


def assert_refused(done, *words):
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


@pytest.fixture
def system(tmp_path, monkeypatch):
    """What the system tells of a process without a control group and one page of addresses, in files of this test."""
    process, groups = tmp_path / "process", tmp_path / "groups"
    process.mkdir()
    groups.mkdir()
    (process / "statm").write_text("1 0 0 0 0 0 0\n")
    (process / "cgroup").write_text("")
    monkeypatch.setattr(memory, "PROCESS", process)
    monkeypatch.setattr(memory, "GROUPS", groups)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY,) * 2)
    return process, groups


def group(folder, most, anon):
    folder.mkdir(exist_ok=True)
    (folder / "memory.max").write_text(f"{most}\n")
    (folder / "memory.stat").write_text(f"anon {anon}\nfile 12345\n")


def test_no_limit(system):
    assert limits() == []


def test_the_limit_on_addresses(system, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (2**30, 2**31) if which == resource.RLIMIT_AS else None)
    assert limits() == [Limit("ulimit -v", 2**30 - os.sysconf("SC_PAGE_SIZE"), of_addresses=True)]


def test_control_groups_around_the_process_limit_it_too(system):
    process, groups = system
    (process / "cgroup").write_text("1:cpu:/other\n0::/outer/inner\n")
    group(groups / "outer", 1000, 400)
    group(groups / "outer" / "inner", "max", 300)
    (limit,) = limits()
    assert (limit.left, limit.of_addresses) == (600, False)
    group(groups / "outer" / "inner", 500, 300)
    assert sorted(limit.left for limit in limits()) == [200, 600]


@pytest.mark.parametrize("entry", ["0::/\n", "0::/gone\n", "4:memory:/version/one\n", "", "nonsense\n"])
def test_groups_that_are_not_told_limit_nothing(system, entry):
    (system[0] / "cgroup").write_text(entry)
    assert limits() == []


def test_a_container_sees_its_own_group_as_the_first(system):
    (system[0] / "cgroup").write_text("0::/\n")
    group(system[1], 1000, 400)
    assert [limit.left for limit in limits()] == [600]


def test_a_system_that_tells_nothing(system):
    for path in system[0].iterdir():
        path.unlink()
    assert limits() == []


def test_what_is_left_under_a_real_limit():
    code = "from simulator.memory import limits; print(*limits())"
    size = 500 * MIB
    done = python(code, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)))
    assert "ulimit -v" in done.stdout
    left = int(done.stdout.split("left=")[1].split(",")[0])
    assert size - OWN * MIB < left < size


SPECS = {
    "few": run(SKEWED, 3.0, horizons=(1, 5)),
    "many": run(SKEWED, *range(2, 11), horizons=tuple(range(1, 61))),
    "trade": run(market(3), 3.0, -3.0, horizons=(5, 21, 63), trade=Trade(stop=0.1)),
    "ensemble": run(ensemble(SKEWED, market(2)), 3.0, -3.0, horizons=(21,), paths=1000),
}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_the_memory_of_a_result_is_known_beforehand(spec):
    """Statistics that grow by something else than histograms would make every refusal wrong."""
    plan = Plan(spec)
    tracemalloc.start()
    done = Done(plan)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.paths == 0
    assert 0.9 * taken < result_bytes(spec) < 1.2 * taken


@pytest.fixture
def left(monkeypatch):
    """Sets the bytes that a limit leaves to this process, whose kernels are loaded unless told."""

    def leave(count, of_addresses=True, loaded=True, cold=False):
        monkeypatch.setattr(fitting, "limits", lambda: [Limit("ulimit -v", count, of_addresses)])
        monkeypatch.setattr(fitting, "is_loaded", lambda kernel: loaded)
        monkeypatch.setattr(fitting, "is_cold", lambda kernel: cold)

    return leave


@pytest.mark.parametrize("cost", [ADDRESSES, WRITTEN])
def test_as_many_threads_as_fit(left, cost):
    spec = SPECS["many"]
    share = result_bytes(spec)
    for threads in (1, 2, 5):
        enough = (threads + 1) * share + (threads - 1) * cost.thread
        left(enough, of_addresses=cost is ADDRESSES)
        assert threads_that_fit(spec, 64) == threads
        assert threads_that_fit(spec, 1) == 1
        left(enough - 1, of_addresses=cost is ADDRESSES)
        if threads > 1:
            assert threads_that_fit(spec, 64) == threads - 1
    left(2 * share, of_addresses=cost is ADDRESSES)
    assert threads_that_fit(spec, 64) == 1
    with pytest.raises(LetfError, match="raise it"):
        threads_that_fit(spec, 1, results=2)


def test_without_a_limit_all_threads_fit(monkeypatch):
    monkeypatch.setattr(fitting, "limits", list)
    assert threads_that_fit(SPECS["many"], 64) == 64


@pytest.mark.parametrize(
    ("name", "state", "way_out"),
    [
        ("many", {}, "raise it, or name fewer horizons or funds: each has its histograms"),
        ("few", {"loaded": False, "cold": True}, "most of it is for compiling, once: lift the limit for the first run"),
        ("few", {"loaded": False}, "raise it"),
    ],
)
def test_a_run_that_does_not_fit_says_what_would(left, name, state, way_out):
    left(MIB, **state)
    with pytest.raises(LetfError) as caught:
        threads_that_fit(SPECS[name], 2)
    message = str(caught.value)
    needed = int(message.split()[3].replace(",", ""))
    assert message == f"this run needs {needed:,} MiB more, and ulimit -v leaves 1; {way_out}"
    left((needed + 1) * MIB, **state)
    assert threads_that_fit(SPECS[name], 1) == 1


def test_fewer_threads_change_nothing(left):
    spec = replace(SPECS["few"], paths=200_000)
    whole = simulate(spec, threads=2)
    left(2 * result_bytes(spec))
    assert (simulate(spec, threads=2).counts == whole.counts).all()


def test_commands_answer_or_refuse_whatever_the_limit():
    expected = limited(4096, *QUICK)
    assert (expected.returncode, expected.stderr) == (0, "")
    for size in (OWN, 150, 330, 480, KERNELS + 20, KERNELS + 60):
        done = limited(size, *QUICK, "--threads", "2")
        if done.returncode:
            assert_refused(done, "MiB", "ulimit -v leaves")
        assert done.returncode == 2 or done.stdout == expected.stdout
    enough = limited(900, *QUICK, "--threads", "2")
    assert (enough.returncode, enough.stdout, enough.stderr) == (0, expected.stdout, "")


@pytest.mark.parametrize("size", [OWN, 600])
def test_risk_is_refused_in_a_line(size):
    assert_refused(limited(size, "risk", "TNA"), f"letf risk needs {KERNELS} MiB", "ulimit -v leaves")


@pytest.mark.parametrize(("command", "needed"), [("funds", LIGHT), ("markets", LIGHT), ("plot", FIGURES)])
def test_light_commands_need_less(command, needed, tmp_path):
    arguments = [command, *(["absent.npz"] if command == "plot" else [])]
    assert_refused(limited(OWN, *arguments), f"{needed} MiB")
    done = limited(needed + OWN, *arguments, env={"PWD": str(tmp_path)})
    assert done.returncode == (2 if command == "plot" else 0)
    assert ("absent.npz: no such file" in done.stderr) == (command == "plot")


def test_help_needs_none():
    assert limited(OWN, "simulate", "--help").returncode == 0


def test_compiling_needs_more_than_a_run(tmp_path):
    assert_refused(limited(800, *QUICK, env={"LETF_CACHE_DIR": str(tmp_path)}), "for compiling, once")


def test_many_funds_are_refused_before_they_are_run(tmp_path):
    entry = '[[funds]]\nticker = "F{0}"\nname = "{0}"\nindex = "IWM"\nleverage = {1}\nexpense_ratio = 0.01\n'
    funds = tmp_path / "funds.toml"
    funds.write_text('schema = "letf.funds/1"\n' + "".join(entry.format(n, n / 10) for n in range(1, 65)))
    done = limited(1500, "simulate", "--funds-file", str(funds), "--paths", "1e9")
    assert_refused(done, "ulimit -v leaves", "fewer horizons or funds")


# Exceptions as libraries raise them where there is no more memory.
RAN_OUT = (
    MemoryError(),
    OSError(12, "Cannot allocate memory"),
    RuntimeError("can't start new thread"),
    ImportError("libscipy_openblas64_.so: failed to map segment from shared object"),
)


@pytest.mark.parametrize("error", RAN_OUT, ids=repr)
def test_what_libraries_raise_without_memory_is_known(error):
    assert ran_out(error)
    try:
        try:
            raise error
        except Exception:
            raise ValueError("what came of it")  # noqa: B904
    except ValueError as consequence:
        assert ran_out(consequence)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ImportError("no pyarrow"), ValueError("x")])
def test_other_errors_are_not_of_memory(error):
    assert not ran_out(error)


def test_running_out_is_one_line():
    """Where no look ahead foresaw it."""
    code = "import simulator.cli as cli, simulator.cli.funds as funds, sys; sys.argv[1:] = ['funds']\n"
    code += "def fail(**options): raise MemoryError\n"
    code += "funds.funds.callback = fail; cli.main()"
    done = python(code)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: out of memory; raise the limit; fewer horizons, funds or --threads take less\n"


def test_a_file_is_read_in_no_more_memory_than_it_takes():
    """A gigabyte may be read: that much must not be asked for at once."""
    code = f"""
import resource, sys
from simulator.spec.files import read_bytes
resource.setrlimit(resource.RLIMIT_AS, ({400 * MIB},) * 2)
print(len(read_bytes(sys.argv[1], 1 << 30)))
"""
    done = python(code, CHECKOUT / "setup.cfg")
    assert (done.stdout.strip(), done.stderr) == (str((CHECKOUT / "setup.cfg").stat().st_size), "")
