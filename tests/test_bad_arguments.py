"""Every public function answers an argument of the wrong kind by its own message.

One process goes through the public names of the rooms and the parameters of their signatures
(:mod:`tests.bad_arguments`), without this process's import hook, which would check types before
the package can speak. An argument must be answered by TypeError or ValueError with a message that
starts with its name; one valid call of each function shows that it is the argument that is refused.

Run it by itself to see all that is said: ``python -m tests.bad_arguments ROOM``.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = [
    "iteration",
    "quadrature",
    "gaussian",
    "networks",
    "training",
    "datasets",
    "divergence",
    "supervised",
    "embedding",
    "latent",
    "variational",
    "explore",
]


@pytest.fixture(scope="module")
def complaints(request):
    """For each room that is tested, from ``function(argument)`` to what is wrong there."""
    cases = [item for item in request.session.items if item.path == Path(__file__)]
    rooms = [item.callspec.params["room"] for item in cases if hasattr(item, "callspec")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bad_arguments", *rooms],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_each_argument_of_a_wrong_kind_is_named(room, complaints):
    found = [f"{call}: {said}" for call, said in complaints[room].items()]
    assert not found, "\n".join(["answered by no message of its own:", *found])
