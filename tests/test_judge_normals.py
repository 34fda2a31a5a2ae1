"""The law of the normals over all words, out to 6 sigma, and what a sample of them looks like."""

import sys

import numba
import numpy as np
import pytest
from examples import drawn_normals
from loaded import script
from scipy import stats

from simulator.kernels.rng import box_muller

judge_normals = script("judge_normals")
THIN = 64  # of the 2^31 radii, those below 3.1 sigma; of the angles; to 1e-7 the same law as without
# of P(Z > z), relative: single precision to 4.5 sigma, further out the lattice of radii, 33 of which are beyond 6
LAW_ERRORS = {z: 3e-6 for z in judge_normals.LIMITS if z <= 4.5} | {5.0: 1e-5, 5.5: 1e-4, 6.0: 2e-3}
JOINT_ERRORS = {1.0: 1e-6, 2.0: 2e-6, 3.0: 5e-6, 4.0: 1e-3}  # of both beyond z
ALARM = 1e-5  # one of sixty looks at good normals falls below this once in a thousand choices of seeds
REJECTED = 1e-12  # far beyond the luck of any seed


@pytest.fixture(scope="module")
def parts():
    return judge_normals.count_parts(THIN)


@pytest.mark.parametrize("z", LAW_ERRORS)
def test_the_law_is_normal_out_to_six_sigma(parts, z):
    for each in (parts.cosines, parts.sines):
        assert judge_normals.tail(parts.radii, each, z) == pytest.approx(stats.norm.sf(z), rel=LAW_ERRORS[z])


@pytest.mark.parametrize("z", JOINT_ERRORS)
def test_the_normals_of_a_pair_are_independent(parts, z):
    found = judge_normals.joint_tail(parts.radii, z, z)
    assert found == pytest.approx(stats.norm.sf(z) ** 2, rel=JOINT_ERRORS[z])


def test_the_law_ends_where_the_last_radius_does(parts):
    last = np.sqrt(64 * np.log(2))  # 6.66
    assert judge_normals.tail(parts.radii, parts.cosines, last - 1e-5) > 0
    assert judge_normals.tail(parts.radii, parts.cosines, last + 1e-5) == 0


@numba.njit(error_model="numpy")
def pairs(radius_words, angle_words):
    z = np.empty((2, radius_words.size, angle_words.size), np.float32)
    for i in range(radius_words.size):
        for j in range(angle_words.size):
            z[0, i, j], z[1, i, j] = box_muller(radius_words[i], angle_words[j])
    return z


FEW, APART = 1000, 2**22  # the outermost radii, and every such angle: 512 of them


@pytest.fixture(scope="module")
def few_radii():
    radii = np.zeros(judge_normals.PLACES, np.int64)
    judge_normals._count_radii(0, FEW, 1, radii)
    return radii


@pytest.mark.parametrize("z", [0.5, 3.0, 5.5, 6.5])
def test_products_are_counted_as_the_kernel_makes_them(few_radii, z):
    """Against all of them, one by one; the highest bit of an angle's word is a sign."""
    angles = np.arange(0, 2**32, APART).astype(np.uint32)
    signed = pairs(np.arange(0, 2 * FEW, 2, dtype=np.uint32), angles)
    cosines, sines = np.zeros((2, judge_normals.PLACES), np.int64)
    judge_normals._count_angles(APART, cosines, sines)
    for counts, normals in zip((cosines, sines), signed, strict=True):
        above, below = np.count_nonzero(normals > z), np.count_nonzero(normals < -z)
        assert above == below > 0
        assert judge_normals._pairs_beyond(few_radii, counts, np.float32(z)) == APART * (above + below) / 2


@pytest.mark.parametrize(("a", "b"), [(0.5, 6.5), (3.0, 3.0), (4.5, 2.0)])
def test_joint_tails_are_counted_as_the_kernel_makes_them(few_radii, a, b):
    angles = np.arange(APART // 2, 2**32, APART).astype(np.uint32)
    one, other = pairs(np.arange(0, 2 * FEW, 2, dtype=np.uint32), angles)
    both = np.count_nonzero((one > a) & (other > b))
    assert both > 0
    found = judge_normals.joint_tail(few_radii, a, b, APART) * 2.0**63 / APART  # 2^63: of radii, angles and signs
    assert found == pytest.approx(both, rel=1e-12)


def counted(z):
    """What the script counts, of normals (fills, 8, 256), by NumPy."""
    bins = np.histogram(z, 16 * judge_normals.FINE, (-8, 8))[0]
    size = np.clip(np.floor(z + 5.0), 0, 9).astype(int)
    classes = np.zeros((3, 10, 10), int)
    np.add.at(classes[0], (size[:, ::2], size[:, 1::2]), 1)
    np.add.at(classes[1], (size[:, :4], size[:, 4:]), 1)
    np.add.at(classes[2], (size[..., ::2], size[..., 1::2]), 1)
    return judge_normals.Sample(bins, classes, np.array([(z**order).sum() for order in range(1, 5)]))


def test_a_sample_is_counted_as_by_numpy():
    z = [drawn_normals(7, 256 * turn, call, 256) for turn in range(2) for call in range(512)]
    twin = counted(np.array(z, float).reshape(-1, 8, 256))
    sample = judge_normals.draw(2**20, 7)
    assert sample.size == 2**20
    assert (sample.bins == twin.bins).all()
    assert (sample.classes == twin.classes).all()
    np.testing.assert_allclose(sample.powers, twin.powers, rtol=1e-9)  # sums in another order


@pytest.mark.parametrize("seed", [1, 2, 2**63 + 1])
def test_a_sample_has_the_normal_law(seed):
    looks = judge_normals.judge(judge_normals.draw(2**24, seed))
    assert len(looks) == 20
    assert [look for look in looks if look.p < ALARM] == []


def poor(change):
    z = np.random.default_rng(3).standard_normal((512, 8, 256))
    return {look.about for look in judge_normals.judge(counted(change(z))) if look.p < REJECTED}


def copied(to, source):
    """Normals that have a little of others in them."""

    def change(z):
        z[to] = 0.995**0.5 * z[to] + 0.005**0.5 * z[source]
        return z

    return change


@pytest.mark.parametrize(
    ("found", "change"),
    [
        ("nothing", lambda z: z),
        ("mean of z^2", lambda z: 1.02 * z),
        ("beyond +4 sigma", lambda z: np.minimum(z, 3.9)),
        ("beyond -5 sigma", lambda z: np.where(z < -4, z - 1, z)),
        ("mean of z^1", lambda z: z + 0.01),
        ("distance of Kolmogorov", lambda z: z + 0.01),
        ("mean of z^4", lambda z: stats.t(30).ppf(stats.norm.cdf(z)) / np.sqrt(30 / 28)),
        ("mean of z^3", lambda z: (z + 0.01 * (z**2 - 1)) / np.sqrt(1.0002)),
        ("chi square with the other normal of the pair", copied(np.s_[:, 1::2], np.s_[:, ::2])),
        ("chi square with two days later", copied(np.s_[:, 4:], np.s_[:, :4])),
        ("chi square with the next path", copied(np.s_[..., 1::2], np.s_[..., ::2])),
    ],
)
def test_poor_normals_are_rejected(found, change):
    rejected = poor(change)
    assert found in rejected if found != "nothing" else not rejected


def test_the_script_tells_all_and_passes_good_normals(monkeypatch, capsys, parts):
    monkeypatch.setattr(judge_normals, "count_parts", lambda: parts)
    monkeypatch.setattr(sys, "argv", ["judge_normals.py", "--log2-normals", "20"])
    with pytest.raises(SystemExit) as ended:
        judge_normals.main()
    heard = capsys.readouterr().out
    assert not ended.value.code
    assert all(f"P(Z > {z})" in heard for z in judge_normals.LIMITS) and "2^20 normals, seed 1" in heard
    assert len(heard.splitlines()) == 1 + len(judge_normals.LIMITS) + len(JOINT_ERRORS) + 2 + 20
