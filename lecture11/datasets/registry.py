"""Every data file of the course: what it is, whose it is, and the hash that proves it genuine."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One file. It is embedded in the package if no mirror serves it, else downloaded."""

    dataset: str
    """The function of this package that reads it, and the folder it lies in."""
    name: str
    """The file's own name."""
    description: str
    """What the file holds."""
    citation: str
    """Who made it, and where that is told."""
    terms: str
    """What may be done with it."""
    size: int
    """Length in bytes, as embedded or downloaded."""
    sha256: str
    """Of the file as embedded or downloaded."""
    content_sha256: str | None = None
    """Of what a ``.gz`` unpacks to: the same data compressed anew is as good."""
    mirrors: tuple[str, ...] = ()
    """Addresses to download it from, the first one tried first."""

    @property
    def path(self) -> str:
        """``dataset/name``: its place in a data folder, and its key in the registry."""
        return f"{self.dataset}/{self.name}"


def _mnist(name: str, description: str, size: int, sha256: str, content_sha256: str) -> Source:
    return Source(
        dataset="mnist",
        name=name,
        description=description,
        citation="Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to "
        "document recognition. Proceedings of the IEEE 86(11), 2278–2324, 1998",
        terms="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
        size=size,
        sha256=sha256,
        content_sha256=content_sha256,
        mirrors=(
            f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}",
            f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}",
        ),
    )


_SOURCES = (
    Source(
        dataset="old_faithful",
        name="old_faithful.csv",
        description="272 eruptions of the Old Faithful geyser, in the order of R's "
        "datasets::faithful; builders/old_faithful.R makes it",
        citation="A. Azzalini, A. W. Bowman: A look at some data on the Old Faithful geyser. "
        "Applied Statistics 39(3), 357–365, 1990",
        terms="Published facts",
        size=2271,
        sha256="d40b983752ab7ec0b15b740089c3ca7b7b59d0c7433a029a1714d134de1e8d14",
    ),
    _mnist(
        "train-images-idx3-ubyte.gz",
        "MNIST: 60,000 training images of 28 × 28 grey values",
        size=9912422,
        sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        content_sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    _mnist(
        "train-labels-idx1-ubyte.gz",
        "MNIST: the digits that the training images show",
        size=28881,
        sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        content_sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    _mnist(
        "t10k-images-idx3-ubyte.gz",
        "MNIST: 10,000 test images of 28 × 28 grey values",
        size=1648877,
        sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        content_sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    _mnist(
        "t10k-labels-idx1-ubyte.gz",
        "MNIST: the digits that the test images show",
        size=4542,
        sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        content_sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)

REGISTRY: Mapping[str, Source] = {source.path: source for source in _SOURCES}
"""Every file's :class:`Source`, by ``dataset/name``."""
