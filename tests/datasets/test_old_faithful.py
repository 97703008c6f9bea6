import numpy as np

from lecture11.datasets import old_faithful


def test_shape_type_and_names():
    data = old_faithful()
    assert data.observations.shape == (272, 2)
    assert data.observations.dtype == np.float64
    assert data.columns == ("eruptions", "waiting")
    assert data.units == ("minutes", "minutes")


def test_published_values():
    """What R's manual and ``summary(faithful)``, ``sd`` and ``cor`` say of it."""
    observations = old_faithful().observations
    np.testing.assert_array_equal(observations[:2], [[3.6, 79], [1.8, 54]])
    np.testing.assert_array_equal(observations.min(0), [1.6, 43])
    np.testing.assert_array_equal(observations.max(0), [5.1, 96])
    np.testing.assert_array_equal(np.median(observations, 0), [4, 76])
    np.testing.assert_allclose(observations.mean(0), [3.487783, 70.89706], rtol=1e-6)
    np.testing.assert_allclose(observations.std(0, ddof=1), [1.141371, 13.594974], rtol=1e-6)
    np.testing.assert_allclose(np.corrcoef(observations.T)[0, 1], 0.9008112, rtol=1e-6)


def test_a_caller_may_write_into_the_array():
    old_faithful().observations[:] = 0
    assert old_faithful().observations[0, 0] == 3.6
