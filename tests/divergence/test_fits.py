"""Forward and reverse fits against the reference values, brute force and one another."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.ndimage import minimum_filter
from scipy.stats import norm

from lecture11.divergence import (
    Normal,
    NormalMixture,
    StationaryPoint,
    covering_rule,
    forward_fit,
    forward_fit_by_descent,
    is_complete,
    kl_by_quadrature,
    mixture_log_density,
    normal_kl,
    normal_log_density,
    reverse_divergence,
    reverse_fits,
    reverse_paths,
    sample_mixture,
    stationary_points,
)
from lecture11.divergence.fits import search_stationary

# All mixtures have three components, so that nothing is compiled twice; one of weight 0 makes two.


def two(distance: float = 2.0, sd: float = 0.5, weight: float = 0.5) -> NormalMixture:
    """Modes at ±distance."""
    means = np.array([-distance, distance, 0.0])
    return NormalMixture(np.array([weight, 1 - weight, 0.0]), means, np.full(3, sd))


def drawn(seed: int, components: int) -> NormalMixture:
    rng = np.random.default_rng(seed)
    weights = np.zeros(3)
    weights[:components] = rng.dirichlet(np.ones(components))
    return NormalMixture(weights, rng.uniform(-4, 4, 3), rng.uniform(0.3, 1.5, 3))


mixtures = st.builds(drawn, st.integers(0, 10**6), st.just(2) | st.just(3))
STARTS = Normal(np.array([-3.0, 0.0, 3.0, 0.0]), np.array([0.2, 5.0, 1.0, 0.5]))


def rescaled(x, p):
    """log of p times 7: a density up to a constant."""
    return jnp.log(7) + mixture_log_density(x, p)


def standard_student(x, degrees):
    """Student's t without its constant: no mixture, and with heavy tails."""
    return -0.5 * (degrees + 1) * jnp.log1p(x**2 / degrees)


def forward_divergence(p: NormalMixture, q: Normal) -> float:
    rule = covering_rule(p)
    log_p, log_q = mixture_log_density(rule.nodes, p), normal_log_density(rule.nodes, q)
    return float(kl_by_quadrature(log_p, rule, relative_to=log_q))


@pytest.mark.usefixtures("float64")
class TestForward:
    @pytest.mark.slow
    def test_the_reference_values(self):
        q = forward_fit(two())
        np.testing.assert_allclose([q.mean, q.sd**2], [0, 4.25], atol=1e-12)
        np.testing.assert_allclose(forward_divergence(two(), q), 0.723553, atol=1e-6)

    @pytest.mark.slow
    @settings(max_examples=15)
    @given(mixtures)
    def test_optimisation_finds_the_moments_from_every_start(self, p):
        rule = covering_rule(p)
        masses = rule.weights * jnp.exp(mixture_log_density(rule.nodes, p))
        fits = forward_fit_by_descent(rule.nodes, masses, STARTS)
        q = forward_fit(p)
        assert fits.converged.all()
        np.testing.assert_allclose(fits.normals.mean, np.full(4, q.mean), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(fits.normals.sd, np.full(4, q.sd), rtol=1e-6)
        entropy = kl_by_quadrature(
            mixture_log_density(rule.nodes, p), rule, relative_to=jnp.zeros_like(rule.nodes)
        )
        np.testing.assert_allclose(
            fits.divergence + entropy, forward_divergence(p, q), rtol=1e-6, atol=1e-9
        )

    @pytest.mark.slow
    def test_samples_are_enough(self):
        x = sample_mixture(two(), 40_000, key=jax.random.key(0))
        fits = forward_fit_by_descent(x, jnp.full(x.size, 1 / x.size), Normal(1.0, 1.0))
        np.testing.assert_allclose(fits.normals, [[x.mean()], [x.std()]], rtol=1e-6)
        error = 4.25**0.5 / np.sqrt(x.size)
        assert abs(float(fits.normals.mean[0])) < 4 * error
        assert float(fits.normals.sd[0]) == pytest.approx(4.25**0.5, rel=0.01)

    @pytest.mark.parametrize("change", [Normal(0.01, 1.0), Normal(-0.01, 1.0), Normal(0, 1.01)])
    def test_every_other_normal_is_further_away(self, change):
        p, q = drawn(3, 3), forward_fit(drawn(3, 3))
        other = Normal(q.mean + change.mean, q.sd * change.sd)
        assert forward_divergence(p, other) > forward_divergence(p, q)

    @pytest.mark.parametrize("masses", [[-1.0, 2.0], [0.0, 0.0]])
    def test_masses_that_are_none_are_refused(self, masses):
        with pytest.raises(ValueError, match=r"^masses: expected numbers from 0 on"):
            forward_fit_by_descent(jnp.arange(2.0), jnp.array(masses), Normal(0.0, 1.0))

    def test_what_is_no_mixture_is_refused(self):
        with pytest.raises(ValueError, match=r"^p\.weights: expected a distribution"):
            forward_fit(two(weight=1.5))


@pytest.mark.usefixtures("float64")
class TestReverseDivergence:
    @pytest.mark.slow
    @settings(max_examples=12)
    @given(mixtures, st.floats(-4, 4), st.floats(0.1, 4))
    def test_agrees_with_scipys_adaptive_quadrature(self, p, mean, sd):
        heights = p.weights / (p.sds * np.sqrt(2 * np.pi))

        def integrand(e):
            log_q = -0.5 * (e**2 + np.log(2 * np.pi)) - np.log(sd)
            density = heights @ np.exp(-0.5 * ((mean + sd * e - p.means) / p.sds) ** 2)
            return np.exp(-0.5 * e**2) / np.sqrt(2 * np.pi) * (log_q - np.log(density))

        with np.errstate(divide="ignore"):
            right = quad(integrand, -8, 8, limit=500, epsabs=1e-9)[0]
        found = reverse_divergence(Normal(mean, sd), p)
        if np.isfinite(right):  # SciPy's density underflows far from all modes
            np.testing.assert_allclose(found, right, rtol=1e-5, atol=1e-6)
        else:
            assert np.isfinite(found)

    @pytest.mark.slow
    def test_how_narrow_a_component_its_nodes_see(self):
        q = Normal(np.full(2, 0.3), np.array([2.5, 25.0]))  # components 1/5 and 1/50 as wide
        found, dense = reverse_divergence(q, two()), reverse_divergence(q, two(), nodes=16385)
        off = np.abs(np.asarray(found - dense))
        assert off[0] < 1e-12
        assert 1e-5 < off[1] < 1e-3

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("weights", "means", "sd", "low", "high"),
        [
            ([0.076, 0.308, 0.616], [2.262, 2.368, -2.710], 1 / 5, 1e-7, 1e-6),
            ([0.331, 0.076, 0.593], [1.885, -1.337, 1.237], 1 / 50, 1e-2, 0.06),
        ],
    )
    def test_what_narrow_components_cost(self, weights, means, sd, low, high):
        p, q = NormalMixture(np.array(weights), np.array(means), np.full(3, sd)), Normal(0.0, 1.0)
        off = reverse_divergence(q, p) - reverse_divergence(q, p, nodes=65537)
        assert low < abs(off) < high

    @pytest.mark.slow
    def test_of_a_single_normal_it_is_the_closed_form(self):
        p = NormalMixture(np.ones(1), np.array([0.7]), np.array([1.3]))
        q = Normal(np.linspace(-3, 3, 7)[:, None], np.array([0.01, 1.0, 50.0]))
        found = reverse_divergence(q, p)
        assert found.shape == (7, 3)
        right = normal_kl(q, relative_to=Normal(0.7, 1.3))
        np.testing.assert_allclose(found, right, rtol=1e-9)

    @pytest.mark.slow
    def test_a_constant_factor_of_p_shifts_it(self):
        q = Normal(0.3, 0.9)
        shift = reverse_divergence(q, two(), log_p=rescaled) - reverse_divergence(q, two())
        np.testing.assert_allclose(shift, -np.log(7), rtol=1e-12)

    def test_what_is_no_normal_is_refused(self):
        with pytest.raises(ValueError, match=r"q\.sd: expected a positive"):
            reverse_divergence(Normal(0.0, -1.0), two())


@pytest.mark.usefixtures("float64")
class TestReverseFits:
    @pytest.mark.slow
    def test_the_start_decides(self):
        starts = Normal(np.array([-1.0, 1.0, 0.0, -2.0]), np.array([0.5, 0.5, 1.5, 0.5]))
        fits = reverse_fits(two(), starts)
        assert fits.converged.all()
        np.testing.assert_allclose(fits.normals.mean, [-1.9998, 1.9998, 0, -1.9998], atol=1e-4)
        np.testing.assert_allclose(fits.normals.sd, [0.5004, 0.5004, 1.7364, 0.5004], atol=1e-4)
        minima = [0.693053, 0.693053, 1.8712, 0.693053]
        np.testing.assert_allclose(fits.divergence, minima, atol=1e-4)
        of_formula = reverse_divergence(fits.normals, two())
        np.testing.assert_allclose(fits.divergence, of_formula, rtol=1e-12)

    @pytest.mark.slow
    def test_p_is_needed_only_up_to_a_constant(self):
        ours, theirs = (
            reverse_fits(two(), STARTS, log_p=f) for f in (mixture_log_density, rescaled)
        )
        np.testing.assert_allclose(theirs.normals, ours.normals, atol=1e-6)
        np.testing.assert_allclose(theirs.divergence, ours.divergence - np.log(7), rtol=1e-9)

    @pytest.mark.slow
    @settings(max_examples=15)
    @given(mixtures)
    def test_every_start_ends_in_a_minimum_that_is_listed(self, p):
        fits = reverse_fits(p, STARTS)
        assert fits.converged.all()
        minima = [(q.mean, q.sd) for q in stationary_points(p) if q.kind == "minimum"]
        for mean, sd in np.stack(fits.normals, axis=1):
            assert min(abs(mean - m) + abs(sd - s) for m, s in minima) < 1e-4

    @pytest.mark.slow
    def test_it_goes_downhill_at_every_step(self):
        paths = reverse_paths(two(), STARTS, steps=40)
        assert paths.mean.shape == (41, 4)
        np.testing.assert_array_equal(paths.mean[0], STARTS.mean)
        heights = reverse_divergence(paths, two())
        assert (np.diff(heights, axis=0) < 1e-10).all()
        ends = reverse_fits(two(), STARTS)
        np.testing.assert_allclose(paths.mean[-1], ends.normals.mean, atol=1e-5)

    @pytest.mark.slow
    def test_any_log_density_will_do(self):
        """Student's t with 3 degrees of freedom: the best normal by SciPy's quadrature."""
        fits = reverse_fits(3.0, Normal(0.5, 2.0), log_p=standard_student)
        assert fits.converged.all()
        mean, sd = float(fits.normals.mean[0]), float(fits.normals.sd[0])

        def objective(s):
            return (
                -np.log(s)
                + quad(lambda e: norm.pdf(e) * 2 * np.log1p((s * e) ** 2 / 3), -9, 9, epsabs=1e-12)[
                    0
                ]
            )

        assert abs(mean) < 1e-6
        assert objective(sd) < min(objective(sd * 0.999), objective(sd * 1.001))

    @pytest.mark.parametrize("sd", [0.0, -1.0, np.nan])
    def test_what_is_no_normal_is_refused(self, sd):
        starts = Normal(np.zeros(2), np.array([1.0, sd]))
        for fit in (reverse_fits, reverse_paths):
            with pytest.raises(ValueError, match=r"^starts\.sd: (expected a positive|1 of 2)"):
                fit(two(), starts)
        with pytest.raises(ValueError, match=r"^start\.sd: (expected a positive|1 of 2)"):
            forward_fit_by_descent([0.0, 1.0], [1.0, 1.0], starts)
        with pytest.raises(ValueError, match=r"^starts\.sd: expected a positive"):
            reverse_fits(two(), Normal(0.0, 0.0))


def minima_on_a_grid(p: NormalMixture) -> list[tuple[float, float]]:
    """Cells of a grid over mean and log sd that lie below their eight neighbours."""
    means, sds = np.linspace(-5.5, 5.5, 133), np.geomspace(0.2, 6, 69)
    heights = np.asarray(reverse_divergence(Normal(*np.meshgrid(means, sds)), p, nodes=257))
    lowest = heights == minimum_filter(heights, 3, mode="nearest")
    return [(means[j], sds[i]) for i, j in np.argwhere(lowest)]


@pytest.mark.usefixtures("float64")
class TestStationaryPoints:
    def test_the_reference_values(self):
        points = stationary_points(two())
        assert [q.kind for q in points] == ["minimum"] * 3 + ["saddle"] * 2
        np.testing.assert_allclose(
            [q[1:] for q in points],
            [
                (-1.9998, 0.50040, 0.693053),
                (1.9998, 0.50040, 0.693053),
                (0, 1.7364, 1.8712),
                (-0.889, 1.504, 1.944),
                (0.889, 1.504, 1.944),
            ],
            atol=5e-4,
        )
        np.testing.assert_allclose(points[0][1:], (-1.9998, 0.50040, 0.693053), atol=1e-4)
        np.testing.assert_allclose(points[2][1:], (0, 1.7364, 1.8712), atol=1e-4)

    @pytest.mark.slow
    def test_gradient_and_hessian_say_so_by_finite_differences(self):
        """Independent of the derivatives that found them, and in other coordinates (m, s)."""
        cases = [(p, q) for p in (two(), drawn(11, 3)) for q in stationary_points(p)]
        assert {q.kind for _, q in cases} == {"minimum", "saddle"}
        for p, (kind, mean, sd, _) in cases:
            h = 1e-3
            steps = h * np.array([-1, 0, 1])
            F = np.asarray(
                reverse_divergence(Normal(mean + steps[:, None], sd + steps), p, nodes=4001)
            )
            slope = [(F[2, 1] - F[0, 1]) / (2 * h), (F[1, 2] - F[1, 0]) / (2 * h)]
            np.testing.assert_allclose(slope, 0, atol=1e-4)
            cross = (F[2, 2] - F[2, 0] - F[0, 2] + F[0, 0]) / (4 * h * h)
            bends = [F[2, 1] - 2 * F[1, 1] + F[0, 1], F[1, 2] - 2 * F[1, 1] + F[1, 0]]
            hessian = np.diag(np.array(bends) / h**2) + cross * (1 - np.eye(2))
            falling = int((np.linalg.eigvalsh(hessian) < 0).sum())
            assert kind == ("minimum", "saddle", "maximum")[falling]

    @pytest.mark.slow
    @settings(max_examples=10)
    @given(mixtures)
    def test_no_minimum_of_a_fine_grid_is_missing(self, p):
        points = stationary_points(p)
        assert is_complete(points)
        on_grid = (minima_on_a_grid(p) * 8)[:8]
        minima = [(q.mean, q.sd) for q in points if q.kind == "minimum"]
        # A grid also shows hollows that are none, where two points have just met and vanished.
        for starts in (on_grid[:4], on_grid[4:]):
            ends = reverse_fits(p, Normal(*np.transpose(starts)))
            assert ends.converged.all()
            for mean, sd in np.stack(ends.normals, axis=1):
                assert min(abs(mean - m) + abs(sd - s) for m, s in minima) < 1e-4

    @pytest.mark.slow
    @settings(max_examples=40)
    @given(mixtures)
    def test_their_count_is_what_topology_asks_for(self, p):
        assert is_complete(stationary_points(p))

    @pytest.mark.slow
    @settings(max_examples=10)
    @given(mixtures, st.sampled_from([1e-3, 1e3]), st.sampled_from([-50.0, 0.0, 50.0]))
    def test_they_move_with_the_unit_and_the_origin(self, p, unit, origin):
        moved = NormalMixture(p.weights, unit * (p.means + origin), unit * p.sds)
        ours, theirs = stationary_points(p), stationary_points(moved)
        assert sorted(q.kind for q in ours) == sorted(q.kind for q in theirs)
        for q, r in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(r.divergence, q.divergence, rtol=1e-5, atol=1e-7)
            np.testing.assert_allclose(r.mean / unit - origin, q.mean, atol=1e-4)
            np.testing.assert_allclose(r.sd / unit, q.sd, rtol=1e-4)

    @pytest.mark.parametrize(
        "p",
        [
            NormalMixture(np.array([0, 1, 0.0]), np.array([-4, 3, 9.0]), np.array([1, 0.2, 2])),
            NormalMixture(np.array([0.2, 0.8, 0]), np.full(3, 3.0), np.full(3, 0.2)),
            NormalMixture(np.ones(3) / 3, np.full(3, 3.0), np.full(3, 0.2)),
        ],
        ids=["one mode", "two identical modes", "three identical modes"],
    )
    def test_what_is_a_normal_is_found_exactly(self, p):
        (only,) = stationary_points(p)
        assert only.kind == "minimum"
        np.testing.assert_allclose(only[1:], (3.0, 0.2, 0.0), atol=1e-9)

    @pytest.mark.parametrize("distance", [0.0, 0.3, 0.5, 0.8, 1.0, 1.2])
    def test_close_modes_leave_only_the_broad_minimum(self, distance):
        (only,) = stationary_points(two(distance))
        assert only.kind == "minimum"
        np.testing.assert_allclose(only.mean, 0, atol=1e-6)

    @pytest.mark.parametrize("distance", [1.3, 1.4, 1.5, 3.0, 5.0])
    def test_modes_further_apart_have_a_minimum_each(self, distance):
        points = stationary_points(two(distance))
        assert [q.kind for q in points].count("minimum") == 3
        assert is_complete(points)
        mode = next(q for q in points if q.mean > distance / 2 and q.kind == "minimum")
        assert mode.divergence < np.log(2) + 1e-9  # half of p is missed: never more than log 2

    @pytest.mark.parametrize(("distance", "sd"), [(2.0, 0.2), (4.0, 0.2), (6.0, 0.2), (2.0, 0.05)])
    def test_narrow_and_far_modes(self, distance, sd):
        points = stationary_points(two(distance, sd))
        assert is_complete(points)
        modes = [q for q in points if abs(abs(q.mean) - distance) < sd]
        np.testing.assert_allclose([q.sd for q in modes], [sd, sd], rtol=1e-3)
        np.testing.assert_allclose([q.divergence for q in modes], np.log(2), rtol=1e-6)
        # As sd/distance → 0 the broad minimum has sd √(2/π) · distance, its saddles mean ±√3 sd.
        broad, *saddles = points[2:]
        assert [q.kind for q in (broad, *saddles)] == ["minimum", "saddle", "saddle"]
        assert broad.sd == pytest.approx(np.sqrt(2 / np.pi) * distance, rel=0.02)
        assert saddles[1].mean == pytest.approx(np.sqrt(3) * sd, rel=0.05)

    @pytest.mark.parametrize(("distance", "sd"), [(2.0, 0.01), (60.0, 0.3)])
    def test_modes_further_apart_than_the_rule_resolves_are_still_found(self, distance, sd):
        points = stationary_points(two(distance, sd))
        modes = [q for q in points if abs(abs(q.mean) - distance) < sd]
        np.testing.assert_allclose([q.sd for q in modes], [sd, sd], rtol=1e-3)
        np.testing.assert_allclose([q.divergence for q in modes], np.log(2), rtol=1e-6)

    @pytest.mark.parametrize(
        ("distance", "without", "with_it"),
        [(2.0, 0.37, 0.38), (4.0, 0.43, 0.44), (6.0, 0.45, 0.46)],
    )
    def test_the_broad_minimum_needs_balance_and_more_of_it_the_farther_the_modes(
        self, distance, without, with_it
    ):
        counts = [
            [q.kind for q in stationary_points(two(distance, weight=weight))].count("minimum")
            for weight in (without, with_it)
        ]
        assert counts == [2, 3]

    def test_unequal_widths_remove_the_broad_minimum(self):
        p = two()._replace(sds=np.array([0.5, 0.7, 1.0]))
        assert [q.kind for q in stationary_points(p)].count("minimum") == 2

    @pytest.mark.parametrize(("distance", "minima"), [(1.20, 1), (1.22, 3)])
    def test_where_the_modes_get_minima_of_their_own(self, distance, minima):
        points = stationary_points(two(distance))
        assert [q.kind for q in points].count("minimum") == minima

    @pytest.mark.parametrize(("distance", "broad_is_lowest"), [(1.39, True), (1.41, False)])
    def test_where_the_modes_become_the_better_choice(self, distance, broad_is_lowest):
        lowest = min(stationary_points(two(distance)), key=lambda q: q.divergence)
        assert (abs(lowest.mean) < 1e-6) == broad_is_lowest

    def test_a_light_mode_is_a_bad_fit(self):
        points = stationary_points(two(3.0, 0.5, weight=0.01))
        minima = {round(q.mean): q.divergence for q in points if q.kind == "minimum"}
        np.testing.assert_allclose(minima[-3], -np.log(0.01), rtol=1e-3)
        np.testing.assert_allclose(minima[3], -np.log(0.99), rtol=1e-2)

    @pytest.mark.slow
    def test_nothing_recompiles_while_the_mixture_changes(self):
        traces: list[str] = []

        def counting(x, p):
            traces.append("traced")
            return mixture_log_density(x, p)

        found = [stationary_points(two(), log_p=counting)]
        compiled = len(traces)
        others = (
            two(1.5),
            two(sd=0.3),
            two(weight=0.9),
            two()._replace(means=np.array([0, 1.0, 0])),
        )
        found += [stationary_points(p, log_p=counting) for p in others]
        assert len({points[0] for points in found}) == 5
        assert len(traces) == compiled > 0

    def test_what_is_no_mixture_is_refused(self):
        with pytest.raises(ValueError, match=r"^p\.sds: expected a positive"):
            stationary_points(two(sd=0.0))


@pytest.mark.slow
def test_behind_the_checks_everything_can_be_traced():
    """Of the mixtures only their shapes are known then."""
    p, starts = jax.tree.map(jnp.asarray, (two(), STARTS))
    masses = jnp.array([0.3, 0.7])
    for function, data in [
        (forward_fit, p),
        (search_stationary, p),
        (lambda p: reverse_fits(p, starts), p),
        (lambda starts: reverse_paths(two(), starts, steps=2), starts),
        (lambda q: reverse_divergence(q, two()), starts),
        (lambda masses: forward_fit_by_descent(jnp.arange(2.0), masses, starts), masses),
    ]:
        assert jax.make_jaxpr(function)(data)


def test_one_too_few_is_noticed():
    points = [
        StationaryPoint("minimum", 0.0, 1.0, 0.1),
        StationaryPoint("saddle", 1.0, 1.0, 0.3),
        StationaryPoint("minimum", 2.0, 1.0, 0.2),
    ]
    assert is_complete(points)
    assert not is_complete(points[:2])
    with pytest.raises(ValueError, match=r"^points: expected stationary points, got none"):
        is_complete([])


class TestFloat32:
    @pytest.mark.parametrize("unit", [1e-30, 1e30])
    def test_moments_whose_squares_have_no_place_are_matched(self, unit):
        q = forward_fit(two(2 * unit, 0.5 * unit))
        np.testing.assert_allclose(q.sd, 4.25**0.5 * unit, rtol=1e-6)

    def test_widths_that_underflow_are_refused(self):
        with pytest.raises(ValueError, match=r"^starts\.sd: .* underflows float32"):
            reverse_fits(two(), Normal(0.0, 1e-40))
        with pytest.raises(ValueError, match=r"^p\.sds: .* underflows float32"):
            stationary_points(two(sd=1e-40))

    @pytest.mark.slow
    def test_the_same_points_are_found(self):
        points = stationary_points(two())
        assert [q.kind for q in points] == ["minimum"] * 3 + ["saddle"] * 2
        np.testing.assert_allclose(points[0][1:], (-1.9998, 0.50040, 0.693053), atol=1e-3)
        np.testing.assert_allclose(points[2][1:], (0, 1.7364, 1.8712), atol=2e-3)

    @pytest.mark.slow
    def test_forward_and_reverse_fits(self):
        q = forward_fit(two())
        assert q.sd.dtype == jnp.float32
        np.testing.assert_allclose(q, (0, 4.25**0.5), atol=1e-5)
        fits = reverse_fits(two(), Normal(np.array([1.0, 0.0]), np.array([0.5, 1.5])))
        assert fits.divergence.dtype == jnp.float32
        np.testing.assert_allclose(fits.normals.mean, [1.9998, 0], atol=1e-3)
