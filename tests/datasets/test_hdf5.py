import base64
import zlib

import numpy as np
import pytest

from lecture11.datasets.hdf5 import read_hdf5

FILE = zlib.decompress(
    base64.b85decode(
        "c-rk)OKVd>6h1SP`$%o;jcrYuMjNsUxF~KU?jkf2UDQyE2tv83iHZ0i)PO<-1qCC5bm>NLWxI4G?wUmw"
        "#f9QO2(DZxbt4o-<DGkFZZp$7q(!WBJ_wU@=F6Ng^UdR&$Jy!ALj%zPpfF7cfCcSnG5kn~Ht)Ati&$G@"
        "?JDMe<n~3FKg7nDd2_Rw3}v?@@HkD)YfVttkH}_D<!F16*<4TSSmad~^H*=uws@=BuFLce<95?;mUwnq"
        "`!oHfm~bt%luEyCda7w6uaK|iT^;8aOU3H$^?QEi+%y90>uzOCJg?s~dm}8KuW=&sWWDb<Ake+JK-^Ax"
        "E%qD+<MHW{ZQ`srWrpID&K>K{FoaDA-}8B<+mDGi-~p$fenEab(>;j_#VgnI)gl{%u9v4Ig30|L59JKw"
        "d>AG7SLTE3it8n5^yYK@Esd(PpdIwyKoHz^Z;bc(-J21wjY)p#I)o35Cr^7ovcE9i1Z;_@<33;mMJ1jb"
        "H^z7)5>JkMg7FS9TkjJ0Oc$OU_Y&g`OFTL54QWF3K70iQ1qB5K1%-c&JM))qAWOQg8M<!7=b<qXgV7cI"
        "m3EY0mFyHWg2RJ@L+QIvn@RzkoYkgipIx!xK`{3nJ=5XvCO%Gmo6UN?-dwN0fJQX^88y&TIHr*cw5wSu"
        "*cL31_-puR#%C%4h@Qo3v}d_e0AeJcqn9YuLJz4c>5x}pVa|C*zC+jCf8uz`h<c9d=n?gNsub!NLPy{&"
        "a*`e~rSei4gv6A}@Sl*DOSMe!Qz#*I!d~j+r$p$<Sm#Ib@}6AMpU$)YS6kT#vF9!6QHGM!_kLxl+v8%I"
        "udu(%P&_R^7!i4L`6;{W@=5Q#9+1*5f3G8+;#nQbBwOVVycQM9AA5SQd*u`4@553=X>;f06TI!b>sChC"
        "NQh~^T;}+e5bbW|4Fv@S1qB6#{|fZE;9l#$0RXJ!T>"
    )
)
"""Written by h5py 3: train/data in deflated tiles of 3 × 2, train/target in one block, test/target
in tiles that are not compressed, big-endian."""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("train/data", np.arange(35, dtype="<f4").reshape(7, 5) / 2),
        ("train/target", np.arange(7, dtype="<i4") - 3),
        ("test/target", np.arange(4, dtype=">u2")),
    ],
)
def test_every_kind_of_storage(path, expected):
    np.testing.assert_array_equal(read_hdf5(FILE, path), expected, strict=True)


def test_the_array_is_the_callers_own():
    read_hdf5(FILE, "train/target")[:] = 9
    assert read_hdf5(FILE, "train/target")[0] == -3


@pytest.mark.parametrize("path", ["train/labels", "nothing", "train/data/more"])
def test_a_name_it_does_not_hold(path):
    with pytest.raises(KeyError):
        read_hdf5(FILE, path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\x08\x03", FILE[:8], FILE[:8] + b"\x02" + FILE[9:]],
    ids=["empty", "idx", "signature only", "a later superblock"],
)
def test_another_kind_of_file_is_refused(content):
    with pytest.raises(ValueError, match="content: expected an HDF5 file with superblock 0"):
        read_hdf5(content, "train/data")


def test_a_file_cut_short_is_refused():
    for length in range(9, len(FILE), 97):
        try:
            array = read_hdf5(FILE[:length], "train/data")
        except (ValueError, KeyError):
            continue
        np.testing.assert_array_equal(array, np.arange(35).reshape(7, 5) / 2)  # its part was there
