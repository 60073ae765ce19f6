"""Seeds of numpy's files."""

import zipfile

import numpy as np

from .parts import npy, npy_header, npz, zipped

_HUGE = {
    "huge": npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}\n"),
    "overflow": npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2**40, 4)}\n"),
    "product": npy_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}\n"
    ),
    "minus": npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}\n", bytes(16)),
    "objects": npy_header(
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n", b"\x80\x04N."
    ),
    "records": npy_header(
        "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,)}\n", bytes(16)
    ),
    "subarray": npy_header("{'descr': '(99999999,9)f4', 'fortran_order': False, 'shape': (1,)}\n"),
    "no_size": npy_header("{'descr': '<U0', 'fortran_order': False, 'shape': (99999999999,)}\n"),
    "many_dimensions": npy_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1," * 99 + ")}\n", bytes(4)
    ),
    "nested": npy_header("(" * 900),
    "unary": npy_header("-" * 9000 + "1"),
    "unclosed": npy_header("{'descr': '''"),
    "nul": npy_header("{'descr\0"),
    "version": b"\x93NUMPY\x09\x00\x00\x00",
    "empty": b"",
    "long": b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
}


def embedding_array() -> dict[str, bytes]:
    return {
        "good": npy(np.full(256, 0.0625, np.float32)),
        "complex": npy(np.full(256, 1j)),
        "text": npy(np.array(["1"] * 256)),
        "npz": npz(a=np.zeros(256)),
        "huge": _HUGE["huge"],
        "empty": b"",
        "objects": _HUGE["objects"],
    }


def array() -> dict[str, bytes]:
    return {
        "good": npy(np.arange(6, dtype=np.float32).reshape(2, 3)),
        "by_columns": npy(np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        "none": npy(np.zeros((0, 3))),
        "scalar": npy(np.float64(1)),
        "text": npy(np.array(["a", "bc"])),
        **_HUGE,
    }


def arrays() -> dict[str, bytes]:
    speech = {
        **{"mel": np.zeros((2, 80), np.float32), "f0_log": np.zeros(2)},
        **{"f0_classes": np.zeros(2, np.int16), "f0_range": "low", "f0_median_hz": 1.0},
        **{"embedding": np.zeros(256, np.float32), "speech": np.zeros(1, bool), "n_samples": 512},
    }
    still = np.zeros((1, 68, 3), np.float32)
    moved = {"landmarks": still, "mouth_opening": np.zeros(1), "fps": 25.0, "portrait": still[0]}
    member = {"landmarks.npy": npy(np.zeros(100_000))}
    return {
        "speech": npz(**speech),
        "no_frames": npz(**{**speech, "mel": np.zeros(()), "n_samples": "x"}),
        "animation": npz(**moved),
        "fps": npz(**{**moved, "fps": np.zeros(3)}),
        "bomb": zipped(member, zipfile.ZIP_DEFLATED),
        "away": zipped({"../../landmarks.npy": b"x", "/tmp/landmarks.npy": b"y"}),
        "huge": zipped({"landmarks.npy": _HUGE["huge"]}),
        "cut": npz(**moved)[:-30],
        "encrypted": zipped({"landmarks.npy": npy(still)}).replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
    }
