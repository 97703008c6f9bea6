"""The network against scikit-learn's, and its random start."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from lecture11.networks import Layer, apply_mlp, init_mlp, init_mlps

KEY = jax.random.key(0)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("hidden", [(), (7,), (8, 5)])
def test_outputs_are_those_of_scikit_learns_network(hidden: tuple[int, ...], float64: None):
    images, labels = load_digits(return_X_y=True)
    theirs = MLPClassifier(hidden or (4,), max_iter=3, random_state=0).fit(
        images[:200], labels[:200]
    )
    weights, biases = theirs.coefs_, theirs.intercepts_
    if not hidden:  # scikit-learn has no network without a hidden layer: take its last map alone
        layers = (Layer(jnp.asarray(weights[1]), jnp.asarray(biases[1])),)
        x = np.abs(np.random.default_rng(0).normal(size=(5, 4)))
        np.testing.assert_allclose(apply_mlp(layers, jnp.asarray(x)), x @ weights[1] + biases[1])
        return
    layers = tuple(Layer(*map(jnp.asarray, layer)) for layer in zip(weights, biases, strict=True))
    ours = jax.nn.softmax(apply_mlp(layers, jnp.asarray(images)), axis=1)
    np.testing.assert_allclose(ours, theirs.predict_proba(images), rtol=1e-9, atol=1e-12)


@pytest.mark.slow
def test_another_activation_is_used_between_the_layers_and_not_after_the_last():
    layers = init_mlp((2, 3, 1), key=KEY)
    x = jnp.array([[0.3, -0.4]])
    by_hand = jnp.tanh(x @ layers[0].weights + layers[0].biases) @ layers[1].weights
    np.testing.assert_allclose(apply_mlp(layers, x, activation=jnp.tanh), by_hand, rtol=1e-6)


def test_one_example_needs_no_axis():
    layers = init_mlp((2, 3, 1), key=KEY)
    x = jnp.array([[0.3, -0.4], [1.0, 2.0]])
    np.testing.assert_allclose(apply_mlp(layers, x[1]), apply_mlp(layers, x)[1], rtol=1e-6)


@pytest.mark.slow
def test_starting_weights_keep_the_size_of_what_passes_through():
    """He et al.: with weights of variance 2 / inputs, relu neither damps nor amplifies."""
    layers = init_mlp((400, 400, 400, 400, 400), key=KEY)
    x = jax.random.normal(jax.random.key(1), (200, 400))
    outputs = apply_mlp(layers, x)
    assert 1.6 < float((outputs**2).mean()) < 2.4  # the last layer's 2 is not halved by a relu
    assert all(not layer.biases.any() for layer in layers)


@pytest.mark.slow
def test_several_networks_are_those_of_their_keys():
    keys = jax.random.split(KEY, 3)
    stacked = init_mlps((4, 3, 2), keys=keys)
    alone = init_mlp((4, 3, 2), key=keys[1])
    for many, one in zip(stacked, alone, strict=True):
        np.testing.assert_array_equal(many.weights[1], one.weights)


@pytest.mark.parametrize("sizes", [(), (3,), (3, 0), (-1, 2)])
def test_sizes_that_make_no_network_are_refused(sizes: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"^sizes: expected (two|a whole) number"):
        init_mlp(sizes, key=KEY)
