import hashlib

import numpy as np
import pytest

from lecture11.datasets import turntable
from lecture11.datasets.turntable import AMBIENT, ELEVATION, LIGHT, REACH, SOLIDS, _box, _rendered

POSES = 72


@pytest.fixture(scope="module")
def poses():
    return turntable()


@pytest.mark.slow
def test_its_form(poses):
    count = len(SOLIDS) * POSES
    assert poses.images.shape == (count, 32, 32)
    assert poses.images.dtype == np.float32
    assert poses.names == tuple(SOLIDS)
    np.testing.assert_array_equal(np.bincount(poses.objects), POSES)
    np.testing.assert_array_equal(poses.degrees[POSES : 2 * POSES], 5 * np.arange(POSES))


def test_each_solid_is_seen_whole_and_lit(poses):
    edges = [poses.images[:, side] for side in (0, -1)] + [poses.images[..., s] for s in (0, -1)]
    assert max(edge.max() for edge in edges) == 0, "a solid reaches over the edge"
    covered = (poses.images > 0).mean(axis=(1, 2))
    assert covered.min() > 0.04
    assert poses.images.reshape(len(SOLIDS), -1).max(axis=1).min() > 0.6
    assert poses.images.max() <= 1


def test_the_pose_most_alike_is_the_next_or_last_one_of_the_same_solid(poses):
    """So none is symmetric, no two are alike, and a map of neighbours can only be loops."""
    x = poses.images.reshape(len(poses.images), -1).astype(float)
    squared = np.maximum((x**2).sum(1)[:, None] + (x**2).sum(1) - 2 * x @ x.T, 0)
    np.fill_diagonal(squared, np.inf)
    nearest = squared.argmin(axis=1)
    np.testing.assert_array_equal(poses.objects[nearest], poses.objects)
    turned = np.abs(poses.degrees[nearest] - poses.degrees)
    assert np.minimum(turned, 360 - turned).max() == 5


def test_the_same_pictures_on_every_machine(poses):
    grey = np.round(255 * poses.images).astype(np.uint8)
    np.testing.assert_array_equal(grey / np.float32(255), poses.images)
    assert (
        hashlib.sha256(grey.tobytes()).hexdigest()
        == "6f7d6c1e776d84ae807bba5c61f689a510c6b859a0f157fdf277e99ba057573d"
    )


def test_fewer_poses_are_some_of_them(poses):
    quarter = turntable(18)
    np.testing.assert_array_equal(quarter.images, poses.images[::4])


def test_a_cube_seen_by_hand():
    """A unit cube at 0°: its front face ends where cosine and sine of the elevation say."""
    cube = _box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5), 1.0)
    image = _rendered([cube], np.zeros(1), 256)[0]
    at = ((np.arange(256) + 0.5) / 256 * 2 - 1) * REACH
    column = image[:, 128][::-1]
    seen = at[column > 0]
    half = (np.cos(ELEVATION) + np.sin(ELEVATION)) / 2
    assert seen[0] == pytest.approx(-half, abs=0.011)
    assert seen[-1] == pytest.approx(half, abs=0.011)
    edge = (np.cos(ELEVATION) - np.sin(ELEVATION)) / 2
    light = LIGHT / np.linalg.norm(LIGHT)
    towards = np.array([np.sin(ELEVATION), np.cos(ELEVATION)])
    top = light[1] * towards[1] + light[2] * towards[0]
    front = -light[1] * towards[0] + light[2] * towards[1]
    for place, cosine in ((edge + 0.1, top), (edge - 0.1, front)):
        expected = AMBIENT + (1 - AMBIENT) * max(cosine, 0)
        assert column[np.abs(at - place).argmin()] == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("given", "said"), [({"poses": 0}, "poses: expected 1"), ({"size": 4}, "size: expected 8")]
)
def test_what_it_cannot_render_is_said(given, said):
    with pytest.raises(ValueError, match=said):
        turntable(**given)
