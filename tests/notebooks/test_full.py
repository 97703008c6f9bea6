"""A notebook with a setting for the full data runs on them, and writes its pictures into build/."""

import re
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from tests.notebooks.execute import NOTEBOOKS, execute
from tests.notebooks.guards import texts

PICTURES = {
    "03_tsne_on_real_data": [
        "coil",
        "coil_maps",
        "collapse",
        "features",
        "held_out",
        "mnist",
        "mnist_thumbnails",
        "sne",
        "triplets",
        "usps",
    ]
}


@pytest.fixture(scope="module")
def said(full_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """All that notebook 03 says of the full data, and the folder that holds build/."""
    notebook = nbformat.read(NOTEBOOKS / "03_tsne_on_real_data.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith("FULL = False\n")]
    cell.source = cell.source.replace("FULL = False", "FULL = True", 1)
    folder = tmp_path_factory.mktemp("full")
    (folder / "notebooks").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LECTURE11_DATA", str(full_data))
        execute(notebook, folder / "notebooks")
    return "\n".join(text for _, text in texts(notebook)), folder


def percents(pattern: str, text: str) -> list[int]:
    match = re.search(pattern, text)
    assert match, pattern
    return [int(number) for number in match.groups()]


def test_it_takes_the_full_data(said):
    assert "data: USPS, MNIST, COIL-20" in said[0]
    assert "The first 16 of 2,007 digits" in said[0]
    assert "20 objects, 72 poses each" in said[0]


def test_every_picture_is_written(said):
    written = {path.stem: path for path in (said[1] / "build" / "03").iterdir()}
    assert sorted(written) == sorted(PICTURES["03_tsne_on_real_data"])
    for path in written.values():
        with Image.open(path) as image:
            assert min(image.size) > 100
            assert len(image.convert("RGB").getcolors(2**24) or ()) > 8


def test_its_maps_are_good(said):
    """MNIST's first 6,000 test images: openTSNE and scikit-learn err on 6.0 % of them."""
    text = said[0]
    sne, tsne = percents(r"SNE: KL .*?error (\d+) %.*?t-SNE: KL .*?error (\d+) %", text)
    assert tsne < sne < 40
    assert tsne <= 8
    tsne, sammon = percents(
        r"t-SNE: KL 1\.[45]\d? nats, 1-NN error (\d+) %.*?Sammon mapping: KL .*?error (\d+) %", text
    )
    assert tsne <= 7
    assert sammon > 40
    threads, of, none = percents(
        r"before or after: t-SNE (\d+) of (\d+), Sammon mapping (\d+) of", text
    )
    assert of == 20
    assert threads >= 8  # a cup looks the same from many sides
    assert none < threads
