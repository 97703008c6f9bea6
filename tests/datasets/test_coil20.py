import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lecture11.datasets import coil20

WANTED = [(number, pose) for number in range(1, 21) for pose in range(72)]


def archive(path: Path, wanted: list[tuple[int, int]]) -> None:
    """Columbia's, with a flat picture each, as bright as its object and pose say."""
    with zipfile.ZipFile(path, "w") as files:
        files.writestr("coil-20-proc/README", "hello")
        for number, pose in wanted:
            grey = np.full((128, 128), 10 * number, np.uint8)
            grey[:64, :64] = pose
            picture = io.BytesIO()
            Image.fromarray(grey).save(picture, "png")
            files.writestr(f"coil-20-proc/obj{number}__{pose}.png", picture.getvalue())


def test_the_full_data_are_the_published_ones(full_data, cache, monkeypatch):
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    poses = coil20()
    assert poses.images.shape == (1440, 32, 32)
    np.testing.assert_array_equal(poses.objects, np.repeat(np.arange(20), 72))
    assert poses.images.min() == 0
    assert poses.images.max() == 1
    assert not cache.exists(), "something was downloaded"
    x = poses.images.reshape(20, 72, -1)
    steps = np.linalg.norm(x - np.roll(x, 1, axis=1), axis=2)  # the last to the first among them
    across = np.linalg.norm(x - np.roll(x, 18, axis=1), axis=2)
    assert (np.median(steps, axis=1) < np.median(across, axis=1)).all(), "poses are not in order"


@pytest.mark.slow
def test_columbias_archive_is_read_in_order_and_averaged(own):
    archive(own / "coil-20-proc.zip", WANTED)
    poses = coil20()
    assert poses.images.shape == (1440, 32, 32)
    np.testing.assert_allclose(255 * poses.images[:, 20, 20], 10 * (poses.objects + 1), rtol=1e-6)
    np.testing.assert_allclose(255 * poses.images[:, 3, 3], poses.degrees / 5, rtol=1e-6, atol=1e-9)
    assert poses.names[:2] == ("object 1", "object 2")


def test_another_archive_is_refused(own):
    archive(own / "coil-20-proc.zip", WANTED[:-1])
    with pytest.raises(ValueError, match=r"expected obj1__0\.png .* found 1439 such"):
        coil20()
