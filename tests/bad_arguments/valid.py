"""One valid call of every public function, small: the positive control of the wrong ones.

A room's function returns two tables: arguments by parameter name, for all its functions, and by
function where the same name means something else. Parameters with a default keep it.
"""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Table = dict[str, Any]
KEY = jax.random.key(0)
RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(12, 3))
PLANE = RNG.normal(size=(12, 2))
DISTANCES = np.sqrt(((POINTS[:, None] - POINTS) ** 2).sum(axis=2))
JOINT = np.full((3, 2), 1 / 6)
ROWS = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]])
CLASSES = np.arange(12) % 2
GROUPS = np.repeat([0, 1], 6)


def valid_arguments(room: str, name: str, function: Callable) -> Table:
    """The arguments of one valid call, from the tables below; KeyError where one is missing."""
    by_name, by_function = globals()[room.replace(".", "_")](
        importlib.import_module(f"lecture11.{room}")
    )
    own = by_function.get(name, {})
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in own:
            found[parameter.name] = own[parameter.name]
        elif parameter.default is parameter.empty:
            if parameter.name not in by_name:
                raise KeyError(f"no argument for {parameter.name}")
            found[parameter.name] = by_name[parameter.name]
    return found


def doubled(state: Any, data: Any) -> tuple[Any, Any]:
    """A step for the loop."""
    return 0.5 * state + data, state.sum()


def mean_output(layers: Any, batch: Any, key: Any) -> Any:
    """A loss for the networks."""
    from lecture11.networks import apply_mlp

    return (apply_mlp(layers, batch) ** 2).mean()


def cubed(z: Any, data: Any) -> Any:
    """A function of the latent."""
    return z**3


def iteration(room: Any) -> tuple[Table, dict[str, Table]]:
    names = {"step": doubled, "state": jnp.ones(3), "data": jnp.ones(3), "frames": (0, 2)}
    return names | {"gaps": np.array([0, 2]), "stacked": np.ones((2, 3)), "index": 1}, {}


def quadrature(room: Any) -> tuple[Table, dict[str, Table]]:
    rule = room.trapezoid(0.0, 1.0, 5)
    return {"low": 0.0, "high": 1.0, "count": 5, "values": jnp.ones(5), "rule": rule}, {}


def gaussian(room: Any) -> tuple[Table, dict[str, Table]]:
    normal = room.Normal(0.0, 1.0)
    names = {"x": np.zeros(3), "normal": normal, "mean": np.zeros(3), "covariance": np.eye(3)}
    return names | {"gaussian": room.Gaussian(np.zeros(3), np.eye(3)), "name": "q"}, {}


def networks(room: Any) -> tuple[Table, dict[str, Table]]:
    names = {"sizes": (3, 2), "key": KEY, "keys": jax.random.split(KEY, 2)}
    return names | {"layers": room.init_mlp((3, 2), key=KEY), "x": POINTS}, {}


def training(room: Any) -> tuple[Table, dict[str, Table]]:
    from lecture11.networks import init_mlp, init_mlps

    x = jnp.asarray(POINTS, jnp.float32)
    keys, layers = jax.random.split(KEY, 2), init_mlp((3, 2), key=KEY)
    step = room.TrainingStep(mean_output, batch_size=4)
    names = {"loss": mean_output, "step": step, "params": layers, "examples": x, "key": KEY}
    names |= {"learning_rate": 0.1, "frames": (0, 2), "epochs": 1, "keys": keys}
    many = {"params": init_mlps((3, 2), keys=keys), "examples": jnp.stack([x, x])}
    return names, {"train_many": many}


def datasets(room: Any) -> tuple[Table, dict[str, Table]]:
    names = {"images": np.zeros((2, 28, 28)), "size": 7, "data": room.digits(), "held_out": 100}
    names |= {"per_class": 2, "seed": 0, "hands": [0, 1], "letters": "abc", "notes": 2}
    names |= {
        "glyphs": 5,
        "word": "bank",
        "source": next(s for s in room.REGISTRY.values() if s.mirrors),
    }
    return names, {}


def divergence(room: Any) -> tuple[Table, dict[str, Table]]:
    from lecture11.quadrature import trapezoid

    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    mixture = room.NormalMixture(np.array([0.5, 0.5]), np.array([-2.0, 2.0]), np.ones(2))
    gaussian = room.Gaussian(np.zeros(2), np.array([[1.0, 0.5], [0.5, 1.0]]))
    normal, starts = room.Normal(0.0, 1.0), room.Normal(np.array([-1.0, 1.0]), np.ones(2))
    frequencies = {"a": 0.5, "b": 0.3, "c": 0.2}
    lengths = {"a": 1, "b": 2, "c": 2}
    rule = trapezoid(-3.0, 3.0, 5)
    log_p = jnp.log(jnp.full(5, 0.2))
    names = {"p": p, "q": q, "relative_to": q, "logits": np.log(p), "mixture": mixture}
    names |= {"points": np.array([1.0, 2.0, 3.0]), "weights": p, "text": "abba", "texts": ["ab"]}
    names |= {"alphabet": "abc", "known": "abc", "lengths": lengths, "counts": frequencies}
    names |= {"words": {"a": "0", "b": "10", "c": "11"}, "key": KEY, "count": 5, "rule": rule}
    names |= {"x": np.zeros(3), "normal": normal, "starts": starts, "log_p": log_p}
    of_letters = {"weights": frequencies}
    of_normals = {"p": normal, "relative_to": normal}
    of_gaussians = {"p": gaussian, "q": gaussian, "relative_to": gaussian}
    of_nodes = {"log_p": log_p, "relative_to": log_p, "rule": rule}
    of_mixture = {"p": mixture, "q": normal, "log_p": room.mixture_log_density}
    return names, {
        "ArithmeticCode": {"counts": {"a": 2, "b": 1}},
        "forward_fit": of_mixture,
        "forward_fit_by_descent": {"points": p, "masses": p, "start": normal},
        "forward_factorised": of_gaussians,
        "reverse_factorised": of_gaussians,
        "gaussian_kl": of_gaussians,
        "volume_ratio": of_gaussians,
        "normal_kl": of_normals,
        "kl_by_quadrature": of_nodes,
        "kl_by_sampling": of_nodes,
        "reverse_divergence": of_mixture,
        "reverse_fits": of_mixture,
        "reverse_paths": of_mixture,
        "stationary_points": of_mixture,
        "is_complete": {"points": [room.StationaryPoint("minimum", 0.0, 1.0, 0.1)]},
        "huffman_code": of_letters,
        "shannon_code": of_letters,
    }


def supervised(room: Any) -> tuple[Table, dict[str, Table]]:
    from lecture11.networks import init_mlp, init_mlps

    x = jnp.asarray(POINTS, jnp.float32)
    labels = jnp.asarray(np.eye(2)[CLASSES], jnp.float32)
    ones, hard = jnp.ones(12), {"labels": CLASSES}
    layers = init_mlp((3, 4, 2), key=KEY)
    names = {"x": x, "labels": labels, "logits": labels, "layers": layers, "key": KEY}
    names |= {"probabilities": np.full((12, 2), 0.5), "classes": CLASSES, "gaps": np.ones(5)}
    names |= {"margin": 1.0, "teacher": labels, "temperature": ones, "weight": 0.5 * ones}
    names |= {"networks": init_mlps((3, 2), keys=jax.random.split(KEY, 2)), "features": x}
    names |= {"values": np.arange(5.0), "mining": room.MININGS[0], "concentration": ones}
    names |= {"anchor": x, "positive": x + 1, "negative": x + 2, "share": 0.1}
    names |= {"responsibilities": ROWS, "names": np.full((2, 2), 0.5)}
    return names, {
        "bell_logits": {"bell": room.Bell(1.0, 0.0), "classes": 5},
        "fit_bell": {"target": np.full(3, 1 / 3), "direction": "forward", "starts": np.ones(2)},
        "cross_entropy_loss": {"batch": room.Labelled(x, labels)},
        "mixup_loss": {"batch": room.LabelledForMixup(x, labels, ones)},
        "distillation_loss": {"batch": room.Taught(x, labels, labels, ones, 0.5 * ones)},
        "named_components": {"labels": np.array([0, 1, 1]), "classes": 2},
        "one_hot": {"labels": CLASSES, "classes": 2},
        "accuracy": hard,
        "expected_calibration_error": hard,
        "negative_log_likelihood": hard,
        "reliability": hard,
        "score": hard | {"probabilities": np.full((2, 12, 2), 0.5)},
        "tempered": {"temperature": 2.0},
    }


def embedding(room: Any) -> tuple[Table, dict[str, Table]]:
    points = jnp.asarray(PLANE, jnp.float32)
    log_p = np.where(np.eye(12) == 1, -np.inf, -np.log(11.0))
    names = {"x": POINTS, "points": points, "distances": DISTANCES, "target": PLANE}
    names |= {"perplexity": 3.0, "perplexities": (3.0, 4.0), "trade_off": 0.5, "key": KEY}
    names |= {"trade_offs": (0.2, 0.8), "frames": (0, 2), "starts": np.stack([PLANE, PLANE])}
    names |= {"neighbours": 4, "groups": GROUPS, "labels": GROUPS, "value": POINTS, "name": "x"}
    names |= {"p": jnp.exp(log_p), "log_p": jnp.asarray(log_p), "positives": jnp.arange(12) ^ 1}
    names |= {
        "curve": POINTS,
        "other": POINTS + 0.5,
        "loop": PLANE,
        "objects": GROUPS,
        "precision": 1.0,
        "squares": DISTANCES[0, 1:],
    }
    names |= {"scores": jnp.asarray(DISTANCES), "radii": np.array([0.5, 1.0]), "dims": 3}
    names |= {"mapped": jnp.ones(5), "distance": 1.0, "i": 0, "j": 1, "start": PLANE}
    names |= {"student": True, "joint": True}
    frames, few = {"frames": (0, 2)}, {"neighbours": 4}
    short = frames | {"settings": room.USUAL._replace(early_iterations=1)}
    return names, {
        "fit_sne": frames | {"perplexity": 3.0, "key": KEY},
        "fit_tsne": short | {"perplexity": 3.0, "key": KEY},
        "fit_tsne_many": short,
        "fit_nerv": frames | {"perplexity": 3.0, "key": KEY},
        "fit_nerv_many": frames | {"perplexity": 3.0},
        "place_in_map": {"new": POINTS[:2], "x": POINTS, "points": PLANE, "perplexity": 3.0},
        "fit_mds": {"start": PLANE},
        "fit_sammon": {"start": PLANE},
        "align": {"x": PLANE},
        "crossings": {"curve": PLANE, "other": PLANE + 0.5},
        "random_map": {"points": 12},
        "sne_force": {"p": (0.1, 0.1), "others": (1.0, 1.0)},
        "tsne_force": {"p": 0.1, "others": 1.0},
        "trustworthiness": few,
        "continuity": few,
        "tearing": few,
        "apparent_dims": few,
    }


def latent(room: Any) -> tuple[Table, dict[str, Table]]:
    from lecture11.iteration import pick

    mixture = room.GaussianMixture()
    starts = room.random_starts(POINTS, 2, 2, key=KEY)
    answers = np.ones((4, 3, 2))
    counts = np.array([[2.0, 1.0, 0.0], [1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    glyphs = RNG.normal(size=(6, 4))
    contexts = room.Contexts(POINTS, np.zeros(12, int))
    notes = room.as_notes(glyphs, np.arange(6) % 2, np.arange(6) // 2, means=np.zeros((2, 4)))
    names = {"model": mixture, "params": pick(starts, 0), "starts": starts, "data": POINTS}
    names |= {"frames": (0, 2), "cycles": 2, "components": 2, "key": KEY, "restarts": 2}
    names |= {"log_joint": jnp.log(ROWS), "responsibilities": ROWS, "x": POINTS}
    names |= {"log_likelihoods": np.log(ROWS), "weights": np.array([0.5, 0.5]), "classes": 2}
    names |= {"found": CLASSES, "truth": GROUPS, "topics": 2, "senses": 2, "writers": 2}
    names |= {
        "words": np.full((2, 3), 1 / 3),
        "count": 2,
        "glyphs": glyphs,
        "notes": [0, 0, 0, 1, 1, 1],
    }
    names |= {"characters": np.arange(6) % 2, "means": np.zeros((2, 4))}
    experts = {"model": room.DawidSkene(), "data": answers}
    topics = {"model": room.MixtureOfUnigrams(), "data": counts}
    writers = {"model": room.Writers(), "data": notes}
    return names, {
        "m_step": {"responsibilities": np.full((12, 2), 0.5)},
        "majority_vote": experts,
        "vote_start": experts,
        "random_expert_starts": experts,
        "random_plsa_starts": topics,
        "random_topic_starts": topics,
        "random_sense_starts": {"data": contexts},
        "mean_offsets": writers,
        "offset_starts": writers,
        "count_answers": {
            "items": [0, 1],
            "experts": [0, 1],
            "answers": [0, 1],
            "shape": (2, 2, 2),
        },
    }


def variational(room: Any) -> tuple[Table, dict[str, Table]]:
    from lecture11.divergence import Normal
    from lecture11.quadrature import trapezoid

    vae = room.init_autoencoder(6, (5,), 2, key=KEY)
    images = RNG.integers(0, 256, (4, 6)).astype(np.uint8)
    x = jnp.asarray(images > 127, jnp.float32)
    rule = trapezoid(-2.0, 2.0, 5)
    grid = room.grid(rule, rule)
    tables = room.tabulate(vae, x, rule)
    coins = room.Coins(tosses=10)
    theta, heads = np.array([-0.5, 0.5]), np.array([3.0, 7.0, 5.0])
    log_joint = jnp.log(JOINT)
    one = Normal(jnp.asarray(0.0), jnp.asarray(1.0))
    each = Normal(jnp.zeros((4, 2)), jnp.ones((4, 2)))
    tosses = room.Tosses(np.array([3.0, 7.0]), np.array([7.0, 3.0]))
    effects = room.Effects(jnp.arange(4.0), jnp.asarray(1.0))
    draws = room.Draws(jnp.ones((2, 3)), jnp.ones((2, 3, 2)), jnp.ones((2, 3, 2)))
    names = {"vae": vae, "x": x, "key": KEY, "condition": jnp.zeros((4, 0)), "count": 2}
    names |= {"images": images, "data": room.as_images(images), "epochs": 1}
    names |= {"z": jnp.zeros((4, 2)), "logits": np.array([0.0, 1.0]), "log_joint": log_joint}
    names |= {"q": np.full((3, 2), 0.5), "theta": theta, "phi": np.zeros((3, 2)), "model": coins}
    names |= {"tosses": tosses, "biases": np.array([0.2, 0.8]), "bias": 0.3, "sharpness": 1.0}
    names |= {"rule": rule, "rules": [rule, rule], "over": grid, "tables": tables, "f": cubed}
    names |= {"counts": np.array([1.0, 2.0, 3.0]), "relative_to": JOINT, "table": JOINT}
    names |= {"repeats": 2, "draws": 3, "temperature": 1.0, "values": jnp.ones((2, 3))}
    names |= {"scores": jnp.ones((2, 3, 2)), "log_weights": jnp.zeros((2, 3)), "pixels": 6}
    names |= {"hidden": (5,), "latents": 2, "completions": JOINT[None], "models": JOINT[None]}
    names |= {"path": JOINT[None], "frames": (0, 2), "noise": 1.0, "thetas": jnp.ones(3)}
    of_one, of_grid = {"q": one}, {"log_joint": jnp.zeros(25), "log_q": jnp.full(25, -np.log(16.0))}
    of_state = {"log_joint": np.log([0.2, 0.3]), "logits": np.zeros(2), "q": np.full(2, 0.5)}
    return names, {
        "Alternate": {"e_step": room.EStep(coins), "m_step": room.MStep(coins)},
        "begin": {"data": heads},
        "variational_em": {"data": heads},
        "bound_of_logits": {"logits": jnp.zeros((3, 2))},
        "categorical_draws": of_state,
        "enumerated_gradient": of_state,
        "enumerated_variance": of_state,
        "expected_bound": of_state,
        "categorical_scores": {"z": jnp.array([0, 1]), "logits": jnp.zeros(2)},
        "decode": {"condition": None},
        "encode": {"condition": None},
        "estimates_by_size": {"draws": draws, "baseline": jnp.asarray(0.0), "sizes": (1, 3)},
        "inference_gaps": {"q": each},
        "expectation": of_one,
        "normal_draws": of_one,
        "quadrature_gradient": of_one,
        "quadrature_variances": of_one,
        "kl_to_prior": {"q": each},
        "reparametrised": {"q": each, "noise": jnp.zeros((4, 2))},
        "tabulated_bound": {
            "q": Normal(jnp.zeros(2), jnp.ones(2)),
            "table": jax.tree.map(lambda field: field[0], tables),
        },
        "integrated_divergence": of_grid,
        "integrated_log_likelihood": of_grid,
        "integrated_lower_bound": of_grid,
        "log_posterior_density": of_grid,
        "importance_weighted_bounds": {"draws": (1, 2)},
        "joint_draws": {"phi": jnp.zeros((3, 2)).ravel(), "amortised": _rows},
        "mean_elbo": {"phi": jnp.zeros((3, 2)).ravel(), "amortised": _rows},
        "minted_log_joint": {"z": jnp.zeros(2)},
        "binarised": {"pixels": images},
        "negative_elbo": {"batch": room.as_images(images)},
        "maximum_likelihood": {"data": effects},
        "sample_effects": {"theta": 1.0},
        "shortfall": {"data": effects},
        "train_vae": {"batch_size": 2},
    }


def _rows(phi: Any) -> Any:
    return phi.reshape(3, 2)


def explore(room: Any) -> tuple[Table, dict[str, Table]]:
    from matplotlib.figure import Figure

    from lecture11.figures import Picture
    from tests.explore.everything import declare

    picture = Picture(Figure(figsize=(1, 1)), "an empty picture")
    slider = room.Slider("size", 0.0, 1.0, 0.5, 0.5)
    names = {"label": "size", "low": 0.0, "high": 1.0, "step": 0.5, "value": 0.5}
    names |= {"pictures": [picture], "prompt": "Which?", "replies": {"a": "Yes.", "b": "No."}}
    return names, {
        "Choice": {"options": ("a", "b"), "value": "a"},
        "Text": {"value": "a"},
        "Explorer": {"update": lambda x: picture, "controls": {"x": slider}},
        "Stepper": {"state": 0, "draw": lambda s: picture, "steps": {"go": lambda s: s}},
        "Laboratory": {"lab": declare()},
    }
